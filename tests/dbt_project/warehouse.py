"""A ClickHouse of one's own with the raw schema, filled and built by tests."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from orchestration.defs.control_plane.saved_funnels import COLUMNS, funnel_row
from semantic_layer.catalogue import Catalogue, load
from stack.engines import ClickHouse
from stack.engines.foreground import running
from stack.ports import free_port
from tests.dbt_project.funnels import definition
from tests.dbt_project.reference.events import Event, Project
from tests.dbt_project.reference.identities import Override
from tests.dbt_project.streams import PLAN, Stream, raw_row
from warehouse.client import connect

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
        self._catalogue: Catalogue | None = None

    def invoke(self, url: str, *arguments: str) -> dbtRunnerResult:
        return self._run(dbtRunner(manifest=self._parsed(url)), *arguments)

    def catalogue(self, url: str) -> Catalogue:
        if self._catalogue is None:
            self._parsed(url)
            self._catalogue = load(self.target)
        return self._catalogue

    def _parsed(self, url: str) -> Manifest:
        os.environ["CLICKHOUSE_URL"] = url
        if self.manifest is None:
            parsed = self._run(dbtRunner(), "parse").result
            assert isinstance(parsed, Manifest)
            self.manifest = parsed
        return self.manifest

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

    def configure(self, streams: Sequence[Stream]) -> None:
        """What the synchronisation writes of the streams' projects and their funnels."""
        columns = list(Project.__dataclass_fields__)
        rows = [[getattr(stream.project, name) for name in columns] for stream in streams]
        self.client.insert("raw.projects", rows, column_names=columns)
        self.define_funnels([stream for stream in streams if stream.funnels])
        self.plan_events(streams)

    def plan_events(self, streams: Sequence[Stream]) -> None:
        self.client.insert(
            "raw.event_schemas",
            [
                [stream.project.project_id, *key, *entry]
                for stream in streams
                for key, entry in PLAN.items()
            ],
            column_names=["project_id", "event_name", "property_name", "value_type", "description"],
        )

    def define_funnels(self, streams: Sequence[Stream]) -> None:
        for stream in streams:
            definitions = {funnel.funnel_id: definition(funnel) for funnel in stream.funnels}
            self.save_funnels(stream.project, definitions)

    def save_funnels(self, project: Project, definitions: Mapping[str, Mapping[str, Any]]) -> None:
        """Semantic queries by the id of the funnel, as the synchronisation saves them."""
        events = self.project.catalogue(self.url).models["fct_events"]
        rows = [
            funnel_row((project.project_id, name, name), query, project.timezone, events)
            for name, query in definitions.items()
        ]
        self.client.insert("raw.funnel_definitions", rows, column_names=COLUMNS)

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

    def warnings(self, project_id: str) -> dict[str, int]:
        """Rows that each data test finds which only warns, those of the project where the test
        tells; raises if one fails."""
        result = self.project.invoke(self.url, "test", "--select", "config.severity:warn")
        if not result.success:
            raise BuildError(_failures(result))
        nodes = [one.node for one in getattr(result.result, "results", [])]
        tests = [node for node in nodes if node.resource_type == "test"]  # hooks are listed, too
        return {test.name: self._found(test.compiled_code, project_id) for test in tests}

    def _found(self, test: str, project_id: str) -> int:
        rows = list(self.client.query(test).named_results())
        return len([row for row in rows if row.get("project_id", project_id) == project_id])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.client.query(query).result_rows]


@contextmanager
def started(directory: Path, project: ParsedProject) -> Iterator[Warehouse]:
    """The warehouse of `directory / "data"`, as its engine left it, while the block runs."""
    engine = ClickHouse(directory / "data", free_port(), "admin-secret", "reader-secret")
    with running(engine.service(), directory / "clickhouse.log"):
        client = connect(engine.url)
        yield Warehouse(client, engine.url, project)
        client.close()


def _failures(result: dbtRunnerResult) -> str:
    if result.exception:
        return str(result.exception)
    results = getattr(result.result, "results", [])
    return "\n".join(
        f"{one.node.unique_id}: {one.message}"
        for one in results
        if one.status in {"error", "fail", "runtime error"}
    )
