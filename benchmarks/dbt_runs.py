"""dbt, as a build runs it, with the CPU time that ClickHouse takes for each model."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

DBT_PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"


@dataclass
class Costs:
    """CPU seconds of ClickHouse by model, and their sum."""

    cpu_s: float = 0.0
    by_model: dict[str, float] = field(default_factory=dict)


class Dbt:
    """`clickhouse_cpu_s` tells what ClickHouse has used so far; `target` holds dbt's artifacts."""

    def __init__(self, url: str, target: Path, clickhouse_cpu_s: Callable[[], float]) -> None:
        self.target = target
        self._cpu_s = clickhouse_cpu_s
        self._costs = Costs()
        self._before = 0.0
        os.environ["CLICKHOUSE_URL"] = url
        self._runner = dbtRunner(callbacks=[self._note])

    def run(self, *arguments: str) -> Costs:
        """One model after another, so that each has the engine to itself; raises if one fails."""
        self._costs = Costs()
        before = self._cpu_s()
        result = self._runner.invoke(
            [
                *("run", "--threads", "1", *arguments),
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(self.target), "--log-path", str(self.target / "logs")),
                *("--no-version-check", "--quiet", "--no-send-anonymous-usage-stats"),
            ]
        )
        if not result.success:
            raise RuntimeError(f"dbt failed, see {self.target / 'logs'}: {result.exception}")
        self._costs.cpu_s = self._cpu_s() - before
        return self._costs

    def _note(self, event: EventMsg) -> None:
        if event.info.name == "NodeStart":
            self._before = self._cpu_s()
        elif event.info.name == "NodeFinished":
            name = event.data.node_info.node_name
            self._costs.by_model[name] = round(self._cpu_s() - self._before, 2)
