"""Models beside SQL written by hand that has the same rows, in CPU seconds of ClickHouse.

Each file of `model_sql` is named for its model and selects, from the model's inputs, all its
columns but `version`; the rows go to a table of the same engine and key.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client

VERSION = "version"
DATABASE = "by_hand"

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
    client: Client, cpu_by_model: Mapping[str, float], clickhouse_cpu_s: Callable[[], float]
) -> Iterator[ModelCost]:
    """The dearest model first. Raises DifferentRowsError."""
    for model, cpu_s in sorted(cpu_by_model.items(), key=lambda item: -item[1]):
        is_known = model in STATEMENTS
        by_hand = cost_by_hand(client, model, clickhouse_cpu_s) if is_known else None
        yield ModelCost(model, cpu_s, by_hand)


def cost_by_hand(client: Client, model: str, clickhouse_cpu_s: Callable[[], float]) -> float:
    """Of writing the model's rows by the statement. Raises DifferentRowsError."""
    names = client.query(
        "SELECT database, name FROM system.columns WHERE table = {model:String} "
        "AND database = 'analytics' AND name != {version:String} ORDER BY position",
        parameters={"model": model, "version": VERSION},
    ).result_rows
    columns = ", ".join(name for _, name in names)
    client.command(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
    client.command(f"CREATE OR REPLACE TABLE {DATABASE}.{model} AS analytics.{model}")
    statement = STATEMENTS[model]
    insert = f"INSERT INTO {DATABASE}.{model} ({columns}) SELECT {columns} FROM ({statement})"  # noqa: S608
    before = clickhouse_cpu_s()
    client.command(insert, settings={"optimize_on_insert": 0})
    cost = clickhouse_cpu_s() - before
    of_model, by_hand = (
        client.query(
            f"SELECT count(), sum(cityHash64({columns})) FROM {database}.{model}"  # noqa: S608
        ).result_rows[0]
        for database in ("analytics", DATABASE)
    )
    client.command(f"DROP TABLE {DATABASE}.{model}")
    if of_model != by_hand:
        raise DifferentRowsError(f"{model}: rows and hash {of_model}, by hand {by_hand}")
    return round(cost, 2)


def table(costs: list[ModelCost]) -> str:
    lines = [f"{'model':30}{'CPU-s':>8}{'by hand':>9}{'ratio':>7}"]
    for each in costs:
        by_hand = "" if each.by_hand_s is None else f"{each.by_hand_s:.2f}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        lines.append(f"{each.model:30}{each.cpu_s:8.2f}{by_hand:>9}{ratio:>7}")
    return "\n".join(lines)


def worst_ratio(costs: list[ModelCost]) -> float | None:
    return max((each.ratio for each in costs if each.ratio is not None), default=None)
