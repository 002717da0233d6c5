"""How long a question takes to answer, beside SQL written by hand on the raw events.

    make bench-query [ARGS="--events 1000000"]

Builds the marts of a history through dbt and asks them through the semantic layer, as
`POST /api/v1/query` does after it has found out who asks: validation of the query, compilation,
guard, freshness, HTTP to the gateway, ClickHouse, and the answer as JSON. There is no cache of
results; compiled and guarded statements are kept as in the product, so that only the first answer
to a question (`first_ms`) pays for them.

`ratio_vs_raw_sql` is the median of the answers divided by that of a statement written by hand,
which has the same figures from `raw.events` and runs between them. The last line is one JSON
object.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

from benchmarks.ingest_services import wait_for_merges
from benchmarks.questions import Question, comparable, context, questions
from benchmarks.warehouse import Warehouse
from semantic_layer.layer import SemanticLayer
from semantic_layer.queries import parse_query
from semantic_layer.results import QueryResult
from semantic_layer.settings import SemanticSettings

ROUNDS = 10
ANSWERS_A_ROUND = 3
PERCENTILES = 20


class DifferentFiguresError(AssertionError):
    """The statement written by hand is no yardstick: it has other figures than the answer."""


@dataclass
class Times:
    """Of one question: milliseconds of each run, and CPU seconds of all of them."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def p50_ms(self) -> float:
        return round(statistics.median(self.wall_ms), 1)

    @property
    def p95_ms(self) -> float:
        cuts = statistics.quantiles(self.wall_ms, n=PERCENTILES, method="inclusive")
        return round(cuts[-1], 1)

    @property
    def cpu_ms(self) -> float:
        return round(1000 * self.cpu_s / len(self.wall_ms), 1)


@dataclass
class Measured:
    question: Question
    first_ms: float
    product: Times = field(default_factory=Times)
    raw_sql: Times = field(default_factory=Times)


@dataclass(frozen=True)
class Contest:
    """`clickhouse_cpu_s` tells what ClickHouse has used so far; the marts were built on `today`."""

    layer: SemanticLayer
    client: Client
    clickhouse_cpu_s: Callable[[], float]
    today: date

    async def run(self, rounds: int) -> list[Measured]:
        """Raises DifferentFiguresError."""
        await self.layer.warm_up()
        measured = [await self._first(question) for question in questions()]
        for _ in range(rounds):
            for each in measured:
                for _ in range(ANSWERS_A_ROUND):
                    await self._timed(each.product, self._answer(each.question))
                await self._timed(each.raw_sql, self._raw_sql(each.question))
        return measured

    async def _first(self, question: Question) -> Measured:
        first = Times()
        result = await self._timed(first, self._answer(question))
        expected = comparable(await self._raw_sql(question))
        check(question, question.answer(result), expected)
        return Measured(question, round(first.wall_ms[0], 1))

    async def _answer(self, question: Question) -> QueryResult:
        result = await self.layer.run(parse_query(question.query), context())
        result.model_dump_json()
        return result

    async def _raw_sql(self, question: Question) -> list[Any]:
        def rows() -> list[Any]:
            parameters = question.raw_sql_parameters(self.today)
            return list(self.client.query(question.statement, parameters=parameters).result_rows)

        return await asyncio.to_thread(rows)

    async def _timed(self, times: Times, work: Awaitable[Any]) -> Any:
        cpu_s, started = self._cpu_s(), time.perf_counter()
        found = await work
        times.wall_ms.append(1000 * (time.perf_counter() - started))
        times.cpu_s += self._cpu_s() - cpu_s
        return found

    def _cpu_s(self) -> float:
        return self.clickhouse_cpu_s() + time.process_time()


def check(question: Question, answer: list[list[Any]], by_hand: list[list[Any]]) -> None:
    """Raises DifferentFiguresError with the first row that differs."""
    for row, other in zip_longest(answer, by_hand):
        if row != other:
            raise DifferentFiguresError(f"{question.name}: {row}, by hand {other}")
    if not answer:
        raise DifferentFiguresError(f"{question.name} has no rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        Warehouse(Path(directory), arguments.events) as warehouse,
    ):
        warehouse.dbt.run("--full-refresh")
        wait_for_merges(warehouse.client)
        measured = asyncio.run(measure(warehouse, arguments.rounds))
    sys.stdout.write(f"{table(measured)}\n")
    outcome = {"events": arguments.events, **report(measured)}
    sys.stdout.write(json.dumps(outcome) + "\n")


async def measure(warehouse: Warehouse, rounds: int) -> list[Measured]:
    settings = SemanticSettings(
        clickhouse_reader_url=warehouse.engine.reader_url,
        redis_url=None,
        dbt_target_dir=warehouse.dbt.target,
    )
    layer = SemanticLayer(settings)
    try:
        today = context().local_now().date()
        return await Contest(layer, warehouse.client, warehouse.cpu_seconds, today).run(rounds)
    finally:
        await layer.aclose()


def report(measured: list[Measured]) -> dict[str, Any]:
    def by_name(value: Callable[[Measured], float]) -> dict[str, float]:
        return {each.question.name: value(each) for each in measured}

    return {
        "p95_ms": by_name(lambda each: each.product.p95_ms),
        "ratio_vs_raw_sql": by_name(_ratio),
        "p50_ms": by_name(lambda each: each.product.p50_ms),
        "cpu_ms": by_name(lambda each: each.product.cpu_ms),
        "first_ms": by_name(lambda each: each.first_ms),
        "raw_sql_p50_ms": by_name(lambda each: each.raw_sql.p50_ms),
        "raw_sql_cpu_ms": by_name(lambda each: each.raw_sql.cpu_ms),
        "load_average": round(os.getloadavg()[0], 1),
    }


def table(measured: list[Measured]) -> str:
    """In milliseconds; `over` marks what misses its bar."""
    lines = [
        f"{'question':16}{'p50':>9}{'p95':>9}{'bar':>7}{'cpu':>9}{'first':>9}"
        f"{'raw p50':>10}{'raw cpu':>10}{'ratio':>8}"
    ]
    for each in measured:
        over = "  over" if each.product.p95_ms > each.question.bar_ms else ""
        lines.append(
            f"{each.question.name:16}{each.product.p50_ms:9.1f}{each.product.p95_ms:9.1f}"
            f"{each.question.bar_ms:7}{each.product.cpu_ms:9.1f}{each.first_ms:9.1f}"
            f"{each.raw_sql.p50_ms:10.1f}{each.raw_sql.cpu_ms:10.1f}{_ratio(each):8.3f}{over}"
        )
    return "\n".join(lines)


def _ratio(measured: Measured) -> float:
    return round(measured.product.p50_ms / measured.raw_sql.p50_ms, 3)


if __name__ == "__main__":
    main()
