"""Models beside SQL written by hand that has the same rows, in CPU seconds of ClickHouse.

Each file of `model_sql` is named for its model and selects, from the model's inputs, all its
columns but `version`; `present` in it is the time at which the models were built. What is compared
is not quite alike, to the model's disadvantage:

- a model costs what ClickHouse takes while dbt runs it in full: the insert, the query that checks
  its contract, its new table, its hooks, and merges that go on meanwhile. All but the insert and
  merges take 0.1 to 0.3 CPU-s whatever the number of events, so that the worst ratio leaves out
  models that cost less than `MEASURABLE_CPU_S`;
- SQL by hand costs its insert into a table of the same engine, key and partitions, with the
  settings that matter of dbt's insert, and merges that go on meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client

VERSION = "version"
DATABASE = "by_hand"
SETTINGS = {"optimize_on_insert": 0, "max_partitions_per_insert_block": 0}
MEASURABLE_CPU_S = 0.5

STATEMENTS = {
    path.stem: path.read_text() for path in sorted((Path(__file__).parent / "model_sql").iterdir())
}


class DifferentRowsError(AssertionError):
    """SQL written by hand that has other rows than the model tells nothing of its cost."""


@dataclass(frozen=True)
class ModelCost:
    """CPU seconds; `by_hand_s` is None where there is no SQL by hand."""

    model: str
    cpu_s: float
    by_hand_s: float | None

    @property
    def ratio(self) -> float | None:
        """Of what takes less than the clock of the process can tell, None."""
        return round(self.cpu_s / self.by_hand_s, 2) if self.by_hand_s else None


def compared(
    client: Client,
    cpu_by_model: Mapping[str, float],
    clickhouse_cpu_s: Callable[[], float],
    present: datetime,
) -> Iterator[ModelCost]:
    """The dearest model first. Raises DifferentRowsError."""
    for model, cpu_s in sorted(cpu_by_model.items(), key=lambda item: -item[1]):
        is_known = model in STATEMENTS
        by_hand = cost_by_hand(client, model, clickhouse_cpu_s, present) if is_known else None
        yield ModelCost(model, cpu_s, by_hand)


def cost_by_hand(
    client: Client, model: str, clickhouse_cpu_s: Callable[[], float], present: datetime
) -> float:
    """Of writing the model's rows by the statement. Raises DifferentRowsError."""
    database, types = _columns(client, model)
    client.command(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
    client.command(f"CREATE OR REPLACE TABLE {DATABASE}.{model} AS {database}.{model}")
    columns = ", ".join(types)
    insert = (
        f"INSERT INTO {DATABASE}.{model} ({columns})"  # noqa: S608 - names of models and their columns
        f" WITH toDateTime64('{present:%Y-%m-%d %H:%M:%S}', 3, 'UTC') AS present"
        f" SELECT {columns} FROM ({STATEMENTS[model]}\n)"
    )
    before = clickhouse_cpu_s()
    client.command(insert, settings=SETTINGS)
    cost = clickhouse_cpu_s() - before
    of_model = _digest(client, f"{database}.{model}", types)
    by_hand = _digest(client, f"{DATABASE}.{model}", types)
    client.command(f"DROP TABLE {DATABASE}.{model}")
    if of_model != by_hand:
        raise DifferentRowsError(f"{model}: rows and hash {of_model}, by hand {by_hand}")
    return round(cost, 2)


def _columns(client: Client, model: str) -> tuple[str, dict[str, str]]:
    """The model's database, and the types of its columns but `version`, by name."""
    rows = client.query(
        "SELECT database, name, type FROM system.columns WHERE table = {model:String} "
        "AND database IN ('intermediate', 'analytics') AND name != {version:String} "
        "ORDER BY position",
        parameters={"model": model, "version": VERSION},
    ).result_rows
    return rows[0][0], {name: type_ for _, name, type_ in rows}


def _digest(client: Client, table: str, types: Mapping[str, str]) -> tuple[int, int]:
    """Number and hash of the rows in any order; of states, that of what they come to."""
    values = ", ".join(
        f"finalizeAggregation({name})" if type_.startswith("AggregateFunction(") else name
        for name, type_ in types.items()
    )
    rows, digest = client.query(
        f"SELECT count(), sum(cityHash64({values})) FROM {table}"  # noqa: S608 - the same names
    ).result_rows[0]
    return rows, digest


def table(costs: list[ModelCost]) -> str:
    lines = [f"{'model':30}{'CPU-s':>8}{'by hand':>9}{'ratio':>7}"]
    for each in costs:
        by_hand = "" if each.by_hand_s is None else f"{each.by_hand_s:.2f}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        lines.append(f"{each.model:30}{each.cpu_s:8.2f}{by_hand:>9}{ratio:>7}")
    return "\n".join(lines)


def worst_ratio(costs: list[ModelCost]) -> float | None:
    """Of models of at least `MEASURABLE_CPU_S`; None if none of them has SQL by hand."""
    ratios = (each.ratio for each in costs if each.cpu_s >= MEASURABLE_CPU_S)
    return max((ratio for ratio in ratios if ratio is not None), default=None)
