"""What must hold for the data, as Great Expectations suites. Plain data: importing this is free."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg


@dataclass(frozen=True)
class Expectation:
    """One expectation, shown as one asset check; `type` and `arguments` are the library's."""

    name: str
    description: str
    type: str
    arguments: Mapping[str, Any]
    blocking: bool = True
    """Whether a failure keeps what depends on the table from being built, or only warns."""


@dataclass(frozen=True)
class Suite:
    """Expectations about the rows of `query`, which may limit itself to what is new."""

    asset: dg.AssetKey
    query: str
    expectations: tuple[Expectation, ...]

    @property
    def table(self) -> str:
        return ".".join(self.asset.path)


def no_rows(name: str, description: str, sql: str, *, blocking: bool = True) -> Expectation:
    """Passes when `sql` over `{batch}` returns nothing."""
    arguments = {"unexpected_rows_query": sql}
    return Expectation(name, description, "unexpected_rows_expectation", arguments, blocking)


def columns_exist(*columns: str) -> Expectation:
    return Expectation(
        "columns_exist",
        "The columns that readers rely on are there.",
        "expect_table_columns_to_match_set",
        {"column_set": list(columns), "exact_match": False},
    )


def is_one_of(column: str, *values: str) -> Expectation:
    return Expectation(
        f"{column}_is_known",
        f"{', '.join(values[:-1])} or {values[-1]}.",
        "expect_column_values_to_be_in_set",
        {"column": column, "value_set": list(values)},
    )


def is_between(column: str, low: float, high: float | None = None) -> Expectation:
    bounds = f"at least {low}" if high is None else f"between {low} and {high}"
    return Expectation(
        f"{column}_is_in_range",
        f"{column} is {bounds}.",
        "expect_column_values_to_be_between",
        {"column": column, "min_value": low, "max_value": high},
    )


def is_at_least(column: str, other: str) -> Expectation:
    return Expectation(
        f"{column}_is_at_least_{other}",
        f"{column} is never smaller than {other}.",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": column, "column_B": other, "or_equal": True},
    )


def is_unique(*key: str) -> Expectation:
    columns = ", ".join(key)
    return no_rows(
        "key_is_unique",
        f"One row per ({columns}).",
        f"SELECT {columns} FROM {{batch}} GROUP BY {columns} HAVING count() > 1",  # noqa: S608
    )
