"""`analytics import` against the running ingest API and loader."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.services import Ingest

# Each start of the command costs 2 CPU-seconds, which a busy machine takes a while to give.
pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Command:
    ingest: Ingest
    directory: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATA_DIR": str(self.directory / "data"),
            "DATABASE_URL": self.ingest.database_url,
            "INGEST_URL": self.ingest.url,
        }

    @property
    def words(self) -> list[str]:
        return [sys.executable, "-m", "stack", "import", "--project", self.ingest.project_id]

    def __call__(
        self, *words: str | Path, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self.words, *map(str, words)],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *words: str | Path) -> dict[str, Any]:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        content: dict[str, Any] = json.loads(done.stdout)
        return content


@pytest.fixture
def command(ingest: Ingest, tmp_path: Path) -> Command:
    return Command(ingest, tmp_path)


@pytest.fixture
def events_file(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    with path.open("w") as lines:
        for number in range(5_000):
            seconds = number // 100
            event = {
                "event": "counted",
                "user_id": f"u{number % 50}",
                "timestamp": f"2026-01-01T00:{seconds // 60:02}:{seconds % 60:02}Z",
                "properties": {"number": number, "filler": "x" * 200},
            }
            lines.write(json.dumps(event) + "\n")
        lines.write("not json\n")
    return path


def settled(ingest: Ingest, count: int) -> list[dict[str, Any]]:
    """The rows when there are `count` and, a little later, still no more."""
    ingest.wait_for_rows(count, seconds=120)
    time.sleep(1.5)
    return ingest.stored("event_id, timestamp, properties, anonymous_id, user_agent, is_bot")


def test_an_import_is_in_the_warehouse_once_however_often_it_runs(
    command: Command, events_file: Path
) -> None:
    first = command.json(events_file, "--format", "ndjson")
    assert (first["accepted"], first["rejected"]) == (5_000, 1)
    assert json.loads(Path(first["rejects_file"]).read_text())["line"] == 5_001
    again = command.json(events_file, "--format", "ndjson", "--again")
    assert (again["accepted"], again["was_finished"]) == (5_000, False)
    third = command.json(events_file, "--format", "ndjson")
    assert third["was_finished"]
    rows = settled(command.ingest, 5_000)
    rows.sort(key=lambda row: (row["timestamp"], row["event_id"].int))
    numbers = [json.loads(row["properties"])["number"] for row in rows]
    assert numbers == list(range(5_000))


def test_an_import_that_is_killed_goes_on_and_loses_nothing(
    command: Command, events_file: Path
) -> None:
    process = subprocess.Popen(
        [*command.words, str(events_file), "--format", "ndjson"],
        cwd=ROOT,
        env=command.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journals = command.directory / "data" / "imports"
    deadline = time.monotonic() + 60
    while not list(journals.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = command.json(events_file, "--format", "ndjson")
    assert (done["accepted"], done["rejected"]) == (5_000, 1)
    settled(command.ingest, 5_000)


def test_the_access_log_counts_its_addresses_by_day(command: Command, web_access_log: Path) -> None:
    done = command(web_access_log, "--format", "combined_log")
    assert done.returncode == 0, done.stderr
    assert "9,999 events, 1 rejected, 0 skipped" in done.stdout
    assert "line 8899: not the combined log format" in done.stdout
    addresses: dict[str, set[str]] = defaultdict(set)
    rows = settled(command.ingest, 9_999)
    for row in rows:
        addresses[str(row["timestamp"].date())].add(row["anonymous_id"])
    assert {day: len(found) for day, found in sorted(addresses.items())} == {
        "2015-05-17": 341,
        "2015-05-18": 627,
        "2015-05-19": 561,
        "2015-05-20": 505,
    }
    assert any(row["is_bot"] for row in rows if "Googlebot" in row["user_agent"])


def test_a_dry_run_writes_nothing(command: Command, events_file: Path) -> None:
    done = command(events_file, "--format", "ndjson", "--dry-run")
    assert done.returncode == 0
    assert "5,000 events, 1 rejected" in done.stdout
    assert "Nothing was sent." in done.stdout
    assert not (command.directory / "data" / "imports").exists()


@pytest.mark.parametrize(
    ("words", "environment", "code", "message"),
    [
        (["--format", "csv"], {}, 2, "--format csv needs --mapping"),
        (["--format", "xml"], {}, 2, "xml"),
        (["--format", "mixpanel", "--time-zone", "Berlin"], {}, 2, "not an IANA time zone"),
        (["--format", "ndjson", "--key", "wk_wrong"], {}, 1, "the ingest API refuses the key: 401"),
        (
            ["--format", "ndjson"],
            {"INGEST_URL": "http://127.0.0.1:1"},
            1,
            "the ingest API does not answer at http://127.0.0.1:1",
        ),
        (
            ["--format", "ndjson"],
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            1,
            "PostgreSQL does not answer at 127.0.0.1:1/none",
        ),
    ],
)
def test_what_cannot_be_done_says_why(
    command: Command,
    events_file: Path,
    words: list[str],
    environment: dict[str, str],
    code: int,
    message: str,
) -> None:
    done = command(events_file, *words, **environment)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_mapping_with_problems_names_file_and_line(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("at,who\n2026-01-01,u1\n")
    mapping = tmp_path / "m.yml"
    mapping.write_text("event: seen\ntimestamp: att\nuser_id: who\n")
    done = command(tmp_path / "a.csv", "--format", "csv", "--mapping", mapping)
    assert done.returncode == 2
    assert done.stderr == f"error: {mapping}:2: unknown column 'att'; did you mean at?\n"


def test_an_unknown_project_is_wrong_use(command: Command, events_file: Path) -> None:
    done = command(events_file, "--format", "ndjson", "--project", "no such")
    assert done.returncode == 2
    assert "There is no project 'no such'." in done.stderr
