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
    violations: str | None = None
    """SELECT over `{batch}`: the `project_id` of each row that breaks the rule."""


@dataclass(frozen=True)
class Suite:
    """Expectations about the rows of `query`, which may limit itself to what is new."""

    name: str
    asset: dg.AssetKey
    query: str
    expectations: tuple[Expectation, ...]

    @property
    def table(self) -> str:
        return ".".join(self.asset.path)


def no_rows(name: str, description: str, sql: str, *, blocking: bool = True) -> Expectation:
    """Passes when `sql` over `{batch}`, which names a `project_id`, returns nothing."""
    return Expectation(
        name,
        description,
        "unexpected_rows_expectation",
        {"unexpected_rows_query": sql},
        blocking,
        violations=sql,
    )


def breaking(condition: str) -> str:
    """The project of each row of the batch for which the condition holds."""
    return f"SELECT project_id FROM {{batch}} WHERE {condition}"  # noqa: S608 - our own words


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
        f"{column} is {', '.join(values[:-1])} or {values[-1]}.",
        "expect_column_values_to_be_in_set",
        {"column": column, "value_set": list(values)},
        violations=breaking(f"{column} NOT IN {values}"),
    )


def is_between(column: str, low: float, high: float | None = None) -> Expectation:
    bounds = f"at least {low}" if high is None else f"between {low} and {high}"
    return Expectation(
        f"{column}_is_in_range",
        f"{column} is {bounds}.",
        "expect_column_values_to_be_between",
        {"column": column, "min_value": low, "max_value": high},
        violations=breaking(
            f"{column} < {low}" + ("" if high is None else f" OR {column} > {high}")
        ),
    )


def is_at_least(column: str, other: str) -> Expectation:
    return Expectation(
        f"{column}_is_at_least_{other}",
        f"{column} is never smaller than {other}.",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": column, "column_B": other, "or_equal": True},
        violations=breaking(f"{column} < {other}"),
    )


def is_present(*columns: str) -> Expectation:
    empty = " OR ".join(f"toString({column}) = ''" for column in columns)
    return no_rows(
        f"{'_and_'.join(columns)}_{'is' if len(columns) == 1 else 'are'}_present",
        f"No row without {' or '.join(columns)}.",
        breaking(empty),
    )


def refers_to(column: str, table: str, *, where: str) -> Expectation:
    """Each value of `column` in the rows that `where` selects is one of `table`'s, by project."""
    return no_rows(
        f"{column}_is_one_of_{table.partition('.')[2]}",
        f"Each {column} is a row of {table}.",
        f"SELECT DISTINCT project_id, {column} FROM {{batch}} WHERE {where} "  # noqa: S608
        f"AND (project_id, {column}) NOT IN (SELECT project_id, {column} FROM {table})",
    )


def is_unique(*key: str) -> Expectation:
    columns = ", ".join(key)
    return no_rows(
        "key_is_unique",
        f"One row per ({columns}).",
        f"SELECT {columns} FROM {{batch}} GROUP BY {columns} HAVING count() > 1",  # noqa: S608
    )
