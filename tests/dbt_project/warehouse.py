"""A ClickHouse of one's own with the raw schema, filled and built by tests."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.reference.identities import Override
from tests.dbt_project.streams import FUNNELS, PLAN, funnel_definition, raw_row

# "Today" of all builds; some streams go on after it, as clients' clocks may.
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


class BuildError(AssertionError):
    """dbt reported errors."""


class ParsedProject:
    """The project's manifest, parsed once."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.manifest: Manifest | None = None

    def invoke(self, url: str, *arguments: str) -> dbtRunnerResult:
        os.environ["CLICKHOUSE_URL"] = url
        if self.manifest is None:
            parsed = self._run(dbtRunner(), "parse").result
            assert isinstance(parsed, Manifest)
            self.manifest = parsed
        return self._run(dbtRunner(manifest=self.manifest), *arguments)

    def _run(self, runner: dbtRunner, *arguments: str) -> dbtRunnerResult:
        return runner.invoke(
            [
                *arguments,
                *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(self.target), "--log-path", str(self.target / "logs")),
                *("--vars", f"{{now: '{NOW:%Y-%m-%d %H:%M:%S}'}}"),
                *("--no-version-check", "--quiet", "--no-send-anonymous-usage-stats"),
            ]
        )


@dataclass
class Warehouse:
    client: Client
    url: str
    project: ParsedProject

    def load(self, load_id: int, events: Iterable[tuple[str, Event]]) -> None:
        """Insert events as one block of the loader."""
        rows = (json.dumps(raw_row(project, event, load_id)) for project, event in events)
        self.client.raw_insert(
            "raw.events", insert_block="\n".join(rows).encode(), fmt="JSONEachRow"
        )

    def configure(self, projects: Sequence[Project]) -> None:
        columns = list(Project.__dataclass_fields__)
        rows = [[getattr(project, name) for name in columns] for project in projects]
        self.client.insert("raw.projects", rows, column_names=columns)
        self.define_funnels(projects)
        self.plan_events(projects)

    def plan_events(self, projects: Sequence[Project]) -> None:
        self.client.insert(
            "raw.event_schemas",
            [
                [project.project_id, *key, *entry]
                for project in projects
                for key, entry in PLAN.items()
            ],
            column_names=["project_id", "event_name", "property_name", "value_type", "description"],
        )

    def define_funnels(self, projects: Sequence[Project]) -> None:
        self.client.insert(
            "raw.funnel_definitions",
            [
                [project.project_id, funnel.funnel_id, funnel.funnel_id, funnel_definition(funnel)]
                for project in projects
                for funnel in FUNNELS
            ],
            column_names=["project_id", "funnel_id", "name", "definition"],
        )

    def override(self, project: Project, overrides: Mapping[str, Override]) -> None:
        """Decide anew about all ids of a project."""
        self.client.command(
            "delete from raw.identity_overrides where project_id = {project_id:String}",
            parameters={"project_id": project.project_id},
        )
        self.client.insert(
            "raw.identity_overrides",
            [
                [project.project_id, one, "merge" if decided.user_id else "split", decided.user_id]
                for one, decided in overrides.items()
            ],
            column_names=["project_id", "distinct_id", "action", "user_id"],
        )

    def build(self, *arguments: str) -> None:
        """`dbt build`; raises with the first messages when anything fails."""
        result = self.project.invoke(self.url, *(arguments or ("build",)))
        if not result.success:
            raise BuildError(_failures(result))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.client.query(query).result_rows]


def _failures(result: dbtRunnerResult) -> str:
    if result.exception:
        return str(result.exception)
    results = getattr(result.result, "results", [])
    return "\n".join(
        f"{one.node.unique_id}: {one.message}"
        for one in results
        if one.status in {"error", "fail", "runtime error"}
    )
