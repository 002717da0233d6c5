"""How long a metrics query takes to compile, without ClickHouse.

    python benchmarks/semantic_compile.py [dbt_project/target]

`new` is a query of a shape not seen before (MetricFlow renders it), `cached` one that differs from
an earlier one in values and time only. The last line is one JSON object, in milliseconds of CPU.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import TypeVar

from semantic_layer.catalogue import Catalogue, load
from semantic_layer.compiler.metrics import MetricsCompiler
from semantic_layer.project import ProjectContext
from semantic_layer.queries import MetricsQuery, parse_query

T = TypeVar("T")

REPEATS = 20


def main() -> None:
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "dbt_project/target")
    catalogue, load_ms = _timed(lambda: load(directory))
    compiler, engine_ms = _timed(lambda: _engine(catalogue))
    project = ProjectContext("benchmark", "Europe/Berlin")
    queries = list(_queries(catalogue))
    new = [_compile_ms(compiler, query, project) for query in queries]
    again = [_compile_ms(compiler, query, project) for query in queries * REPEATS]
    report = {
        "queries": len(queries),
        "load_catalogue": round(load_ms, 1),
        "import_and_build_metricflow": round(engine_ms, 1),
        "new": _percentiles(new),
        "cached": _percentiles(again),
    }
    sys.stdout.write(json.dumps(report) + "\n")


def _engine(catalogue: Catalogue) -> MetricsCompiler:
    from semantic_layer.compiler.metricflow import MetricFlowCompiler

    return MetricsCompiler(
        catalogue, MetricFlowCompiler(catalogue.semantic_manifest, catalogue.models)
    )


def _queries(catalogue: Catalogue) -> Iterator[MetricsQuery]:
    for metric in catalogue.metrics.values():
        for dimension in (None, *metric.dimensions):
            for compare in (None, "previous_period"):
                query = parse_query(
                    {
                        "kind": "metrics",
                        "metrics": [metric.name],
                        "group_by": [dimension] if dimension else [],
                        "time": {"last": {"n": 30, "unit": "day"}, "grain": "day"},
                        "compare": compare,
                    }
                )
                assert isinstance(query, MetricsQuery)
                yield query


def _compile_ms(compiler: MetricsCompiler, query: MetricsQuery, project: ProjectContext) -> float:
    return _timed(lambda: compiler.compile(query, project))[1]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = process_time()
    return work(), (process_time() - started) * 1000


def _percentiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "p99": round(cuts[98], 2)}


if __name__ == "__main__":
    main()
