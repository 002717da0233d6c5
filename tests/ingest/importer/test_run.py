import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.importer import batches as batching
from ingest.importer.delivery import IngestClient
from ingest.importer.errors import ImportFailedError, MappingError, SourceError
from ingest.importer.journal import Journal, Progress
from ingest.importer.run import ImportRequest, ImportResult, dry_run, run_import

MAPPING = """
event: seen
timestamp: at
user_id: person
properties: {number: integer(number)}
"""
LINES = 3_000


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MAX_EVENTS", 100)


@pytest.fixture
def client(api: Any) -> Iterator[IngestClient]:
    with IngestClient(api.url, api.key, patience_seconds=1) as opened:
        yield opened


@pytest.fixture
def request_(tmp_path: Path) -> ImportRequest:
    """A file in which every hundredth line has no number and many share a second."""
    (tmp_path / "m.yml").write_text(MAPPING)
    path = tmp_path / "events.csv"
    with path.open("w") as file:
        file.write("at,person,number\n")
        for n in range(LINES):
            number = "none" if n % 100 == 7 else str(n)
            file.write(f"2026-01-01T00:00:{n // 500:02},u{n % 9},{number}\n")
    return ImportRequest(path, "csv", "project-1", tmp_path / "m.yml")


@pytest.fixture
def journals(tmp_path: Path) -> Path:
    return tmp_path / "imports"


def rejects(result: ImportResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.rejects_path.read_text().splitlines()]


def test_every_line_is_an_event_or_a_reject(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    result = run_import(request_, client, journals)
    assert (result.progress.accepted, result.progress.rejected) == (2_970, 30)
    assert len(api.rows) == 2_970
    assert rejects(result)[0] == {
        "line": 9,
        "reason": "'none' is not a number",
        "field": "properties",
        "record": "2026-01-01T00:00:00,u7,none",
    }
    assert [reject["line"] for reject in rejects(result)] == list(range(9, 3_002, 100))


def test_events_with_one_time_sort_by_id_as_in_the_file(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    run_import(request_, client, journals)
    stored = sorted(api.rows.values(), key=lambda row: (row["timestamp"], row["event_id"]))
    numbers = [row["properties"]["number"] for row in stored]
    assert numbers == sorted(numbers)


def test_a_second_import_sends_nothing(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    first = run_import(request_, client, journals)
    sent = len(api.requests)
    second = run_import(request_, client, journals)
    assert second.was_finished
    assert second.progress == first.progress
    assert len(api.requests) == sent


def test_importing_again_on_purpose_adds_no_row(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    first = run_import(request_, client, journals)
    rows = dict(api.rows)
    second = run_import(request_, client, journals, again=True)
    assert api.rows == rows
    assert second.progress.accepted == first.progress.accepted
    assert len(rejects(second)) == 30


def test_without_its_journal_an_import_adds_no_row_either(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path, tmp_path: Path
) -> None:
    run_import(request_, client, journals)
    run_import(request_, client, tmp_path / "elsewhere")
    assert len(api.rows) == 2_970
    assert sum(len(batch) for batch in api.requests) == 2 * 2_970


@pytest.mark.parametrize("answered", [0, 1, 7, 20])
def test_a_stopped_import_goes_on_where_it_stood(
    api: Any, request_: ImportRequest, journals: Path, answered: int
) -> None:
    answer = api.answer

    def fails_after_some(authorization: str, body: bytes) -> Any:
        if len(api.requests) >= answered:
            return 503, {}, {"detail": "gone"}
        return answer(authorization, body)

    api.answer = fails_after_some
    with (
        IngestClient(api.url, api.key, patience_seconds=0.3, connections=1) as client,
        pytest.raises(ImportFailedError, match="gave up"),
    ):
        run_import(request_, client, journals)
    api.answer = answer
    with IngestClient(api.url, api.key) as client:
        result = run_import(request_, client, journals)
    assert result.resumed_from >= max(0, answered - 1) * 100
    assert (result.progress.accepted, result.progress.rejected) == (2_970, 30)
    assert len(api.rows) == 2_970
    assert [reject["line"] for reject in rejects(result)] == list(range(9, 3_002, 100))
    if answered > 1:
        assert sum(len(batch) for batch in api.requests) < 2_970 + 200


def test_what_the_api_refuses_is_kept_with_its_line(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    api.refuse = lambda event: "unlucky" if event["properties"]["number"] == 13 else None
    result = run_import(request_, client, journals)
    assert (result.progress.accepted, result.progress.rejected) == (2_969, 31)
    assert rejects(result)[1] == {
        "line": 15,
        "reason": "unlucky",
        "field": "event",
        "code": "no_good",
        "record": "2026-01-01T00:00:00,u4,13",
    }


def test_two_imports_of_one_file_do_not_run_at_once(
    client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    result = run_import(request_, client, journals)
    key = result.rejects_path.name.partition(".")[0]
    with (
        Journal(journals, key, result.progress),
        pytest.raises(ImportFailedError, match="being imported by another process"),
    ):
        run_import(request_, client, journals)


def test_rejects_written_after_the_last_save_are_cut_off(
    client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    result = run_import(request_, client, journals)
    whole = result.rejects_path.read_text()
    result.rejects_path.write_text(whole + '{"line":1,"rea')
    again = run_import(request_, client, journals)
    assert again.rejects_path.read_text() == whole


def test_a_journal_that_cannot_be_read_starts_over(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    result = run_import(request_, client, journals)
    result.rejects_path.with_name(
        result.rejects_path.name.replace(".rejects.ndjson", ".json")
    ).write_text("{")
    assert run_import(request_, client, journals).resumed_from == 0
    assert len(api.rows) == 2_970


def test_another_mapping_or_project_is_another_import(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    run_import(request_, client, journals)
    assert request_.mapping is not None
    request_.mapping.write_text(MAPPING + "session_id: person\n")
    assert not run_import(request_, client, journals).was_finished


def test_a_bad_mapping_is_told_before_anything_is_sent(
    api: Any, client: IngestClient, request_: ImportRequest, journals: Path
) -> None:
    assert request_.mapping is not None
    request_.mapping.write_text(MAPPING.replace("person", "persn"))
    with pytest.raises(MappingError, match=r"m.yml:4: unknown column 'persn'; did you mean person"):
        run_import(request_, client, journals)
    assert api.requests == []


def test_csv_needs_a_mapping(request_: ImportRequest) -> None:
    with pytest.raises(SourceError, match="--format csv needs --mapping"):
        dry_run(ImportRequest(request_.path, "csv", "p"))


def test_a_mapping_for_another_format_is_refused(request_: ImportRequest) -> None:
    assert request_.mapping is not None
    request_.mapping.write_text("format: ndjson\n" + MAPPING)
    with pytest.raises(MappingError, match="the mapping is for ndjson, not csv"):
        dry_run(request_)


def test_a_dry_run_sends_nothing_and_shows_what_would_be(api: Any, request_: ImportRequest) -> None:
    seen: list[tuple[int, int]] = []

    def watch(bytes_read: int, progress: Progress) -> None:
        seen.append((bytes_read, progress.accepted))

    run = dry_run(request_, watch)
    assert (run.progress.accepted, run.progress.rejected) == (2_970, 30)
    assert run.progress.events == {"seen": 2_970}
    assert len(run.rejects) == 20
    assert json.loads(run.events[0].body)["properties"] == {"number": 0}
    assert api.requests == []
    assert seen[-1] == (request_.path.stat().st_size, 2_970)


def test_a_stopped_import_of_an_export_goes_on_where_it_stood(
    api: Any, tmp_path: Path, journals: Path
) -> None:
    """Also where the file holds no ids, and equal records."""
    path = tmp_path / "export.ndjson"
    record = {"event": "seen", "properties": {"time": 1741168800, "distinct_id": "a"}}
    path.write_text((json.dumps(record) + "\n") * 1_000 + "broken\n")
    request = ImportRequest(path, "mixpanel", "project-1")
    answer = api.answer

    def fails_after_some(authorization: str, body: bytes) -> Any:
        return (503, {}, {}) if len(api.requests) >= 4 else answer(authorization, body)

    api.answer = fails_after_some
    with (
        IngestClient(api.url, api.key, patience_seconds=0.3, connections=1) as client,
        pytest.raises(ImportFailedError, match="gave up"),
    ):
        run_import(request, client, journals)
    api.answer = answer
    with IngestClient(api.url, api.key) as client:
        result = run_import(request, client, journals)
    assert result.resumed_from >= 300
    assert (result.progress.accepted, result.progress.rejected) == (1_000, 1)
    assert len(api.rows) == 1_000
    assert [reject["line"] for reject in rejects(result)] == [1_001]
