"""`analytics plan`, `rejected` and `tiers` over the running services."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from stack.cli import build_app
from tests.ingest.services import Ingest, event

Run = Callable[..., Result]
ORDER = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


@pytest.fixture
def analytics(
    ingest: Ingest,
    warehouse_url: str,
    clickhouse_reader_url: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """In this process: starting one takes longer than most of these commands."""
    for name, value in {
        "DATABASE_URL": ingest.database_url,
        "CLICKHOUSE_URL": warehouse_url,
        "CLICKHOUSE_READER_URL": clickhouse_reader_url,
        "REDIS_URL": redis_url,
        "INGEST_URL": ingest.url,
        "DATA_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    app = build_app()
    return lambda *words: CliRunner().invoke(app, words)


def printed(done: Result) -> Any:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_plan_is_written_enforced_and_what_it_rejects_is_replayed(
    ingest: Ingest, analytics: Run, tmp_path: Path
) -> None:
    project = ("--project", "Sample shop")
    schema = tmp_path / "order.json"
    schema.write_text(json.dumps(ORDER))
    made = printed(analytics("plan", "set", "order", str(schema), *project, "--json"))
    assert (made["version"], made["events"]) == (1, 1)
    analytics("plan", "set-mode", "enforce", *project)

    exported = analytics("plan", "export", *project).stdout
    assert exported.startswith("mode: enforce\nunknown_events: allow\nevents:\n  order:\n")
    file = tmp_path / "plan.yml"
    analytics("plan", "export", str(file), *project)
    assert file.read_text() == exported
    assert printed(analytics("plan", "import", str(file), *project, "--json"))["version"] == 2
    file.write_text(exported.replace("string", "text"))
    refused = analytics("plan", "import", str(file), *project)
    assert refused.exit_code == 2
    assert "events.order.properties.properties.id.type: is none of" in refused.stderr

    time.sleep(2)  # ingest looks for changes every second
    ingest.send(event(event="order", properties={"id": 5}), event(event="odd"))
    ingest.wait_for_rows(1)
    (rejected,) = ingest.wait_for_rows(1, table="raw.events_rejected")
    (unknown,) = printed(analytics("plan", "unknown", *project, "--json"))
    assert (unknown["event_name"], unknown["stored"]) == ("odd", 1)
    (broken,) = printed(analytics("plan", "violations", *project, "--json"))
    assert (broken["violation"], broken["outcome"]) == ("properties.id: type string", "rejected")

    (listed,) = printed(analytics("rejected", "list", *project, "--json"))
    assert listed["id"] == f"{rejected['_stream']}-{rejected['_frame']}-{rejected['_row']}"
    again = analytics("rejected", "replay", "--id", listed["id"], *project)
    assert (again.exit_code, "plan_violation" in again.stdout) == (1, True)
    mended: tuple[str, ...] = ("--code", "plan_violation", "--set", 'properties.id="A-5"')
    (sent,) = printed(analytics("rejected", "replay", *mended, *project, "--json"))
    assert sent["state"] == "replayed"
    assert "replayed" in analytics("rejected", "show", listed["id"], *project).stdout
    assert len(ingest.wait_for_rows(2)) == 2

    for words, message in (
        (("rejected", "replay", *project), "say which: --id, --code"),
        (("rejected", "show", "x", *project), "no rejected event 'x'"),
        (("plan", "restore", "7", *project), "no version of the tracking plan '7'"),
        (("tiers", "set", "free", "--burst-seconds", "0"), "must lie between 1 and 3600"),
        (("projects", "set-tier", "Sample shop", "gold"), "'gold' is not one of"),
        (("projects", "set-retention", "Sample shop", "0"), "must lie between 1 and 36500"),
        (("projects", "set-retention", "Sample shop", "1y"), "'1y' is neither a number of days"),
    ):
        done = analytics(*words)
        assert (done.exit_code, message in done.stderr) == (2, True), done.stderr
    moved = printed(analytics("projects", "set-tier", "Sample shop", "growth", "--json"))
    assert moved["tier"] == "growth"
    for days, kept in (("400", 400), ("forever", None)):
        changed = printed(analytics("projects", "set-retention", "Sample shop", days, "--json"))
        assert changed["retention_days"] == kept
    raised = ("tiers", "set", "growth", "--monthly-events", "none", "--events-per-second", "3,000")
    changed = printed(analytics(*raised, "--json"))
    assert (changed["monthly_events"], changed["events_per_second"]) == (None, 3_000)
