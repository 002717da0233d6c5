import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.importer import mapping_file
from ingest.importer.batches import MAX_BYTES, MAX_EVENTS, batches
from ingest.importer.input_file import InputFile
from ingest.importer.mapping import compile_mapping
from ingest.importer.outcomes import Event, Outcome, Outcomes, Reject, Skip
from ingest.importer.sources.csv_rows import CsvRows
from ingest.importer.sources.ndjson import NdjsonRows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GROUPED = """
group: {by: invoice, gap: 3}
skip: item == 'POSTAGE'
event: order_completed
timestamp: at
user_id: customer
properties:
  revenue: sum(quantity * price)
  items: >-
    list({'id': item, 'quantity': integer(quantity)}, 2)
"""
HEADER = "invoice,item,quantity,price,at,customer\n"


def outcomes_of(tmp_path: Path, content: str, mapping: str) -> list[Outcome]:
    path = tmp_path / "input"
    path.write_text(content)
    file = mapping_file.parse("m.yml", mapping)
    source = CsvRows(InputFile(path), file.dialect)
    return list(Outcomes(source, compile_mapping(file, source.columns), NOW))


def native_outcomes(tmp_path: Path, *events: dict[str, Any]) -> list[Outcome]:
    path = tmp_path / "input"
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    file = mapping_file.built_in("ndjson")
    assert file is not None
    source = NdjsonRows(InputFile(path), file.columns)
    return list(Outcomes(source, compile_mapping(file, source.columns), NOW))


def body(outcome: Outcome) -> dict[str, Any]:
    assert isinstance(outcome, Event)
    content: dict[str, Any] = json.loads(outcome.body)
    return content


def line(invoice: str, item: str, quantity: str = "1", price: str = "2.50") -> str:
    return f"{invoice},{item},{quantity},{price},2011-01-01 10:00,u1\n"


def test_lines_of_an_invoice_become_one_event(tmp_path: Path) -> None:
    content = HEADER + line("1", "tea", "2") + line("1", "pot", "1", "30.10") + line("2", "tea")
    first, second = outcomes_of(tmp_path, content, GROUPED)
    assert body(first)["properties"] == {
        "revenue": 35.1,
        "items": [{"id": "tea", "quantity": 2}, {"id": "pot", "quantity": 1}],
    }
    assert body(first)["timestamp"] == "2011-01-01T10:00:00.000Z"
    assert body(second)["properties"]["revenue"] == 2.5
    assert isinstance(second, Event)
    assert second.line == 4


def test_a_group_may_be_interrupted_and_groups_come_in_order_of_their_first_lines(
    tmp_path: Path,
) -> None:
    content = HEADER + line("1", "tea") + line("2", "tea") + line("1", "pot") + line("2", "pot")
    events = [body(outcome) for outcome in outcomes_of(tmp_path, content, GROUPED)]
    assert [len(event["properties"]["items"]) for event in events] == [2, 2]
    assert events[0]["event_id"] < events[1]["event_id"]


def test_a_line_that_comes_long_after_its_group_is_kept_as_a_reject(tmp_path: Path) -> None:
    others = "".join(line(str(number), "tea") for number in range(2, 7))
    content = HEADER + line("1", "tea") + others + line("1", "pot")
    rejects = [o for o in outcomes_of(tmp_path, content, GROUPED) if isinstance(o, Reject)]
    assert [(r.line, r.reason) for r in rejects] == [
        (8, "group '1' ended long before: `gap` is too small")
    ]


def test_one_bad_line_spoils_its_group_and_no_other(tmp_path: Path) -> None:
    content = HEADER + line("1", "tea") + line("1", "pot", "two") + line("2", "tea")
    bad, good = outcomes_of(tmp_path, content, GROUPED)
    assert isinstance(bad, Reject)
    assert (bad.line, bad.reason) == (3, "'two' is not a number (in group '1')")
    assert bad.text == "1,pot,two,2.50,2011-01-01 10:00,u1"
    assert body(good)["properties"]["revenue"] == 2.5


def test_skipped_lines_take_no_part_in_their_group(tmp_path: Path) -> None:
    content = HEADER + line("1", "POSTAGE", "1", "99") + line("1", "tea")
    skip, event = outcomes_of(tmp_path, content, GROUPED)
    assert skip == Skip(2)
    assert body(event)["properties"]["revenue"] == 2.5


def test_equal_lines_become_different_events(tmp_path: Path) -> None:
    mapping = "event: seen\ntimestamp: at\nuser_id: customer\n"
    outcomes = outcomes_of(tmp_path, HEADER + line("1", "tea") * 3, mapping)
    assert len({body(outcome)["event_id"] for outcome in outcomes}) == 3


def test_times_that_the_api_would_replace_are_rejected(tmp_path: Path) -> None:
    mapping = "event: seen\ntimestamp: at\nuser_id: customer\n"
    content = HEADER + "1,a,1,1,1999-12-31,u1\n2,a,1,1,2026-11-24,u1\n"
    reasons = [o.reason for o in outcomes_of(tmp_path, content, mapping) if isinstance(o, Reject)]
    assert reasons == [
        "1999-12-31T00:00:00.000Z is before 2000",
        "2026-11-24T00:00:00.000Z is in the future",
    ]


BERLIN = "0001-01-01T00:00:00+00:53:28"  # local mean time
BEYOND = "is beyond the years 1 to 9999 of UTC"


@pytest.mark.parametrize("timestamp", ["at", "parse_time(at, None, '{zone}')"])
@pytest.mark.parametrize(
    ("zone", "time", "reason"),
    [
        ("UTC", "0001-01-01", "0001-01-01T00:00:00.000Z is before 2000"),
        ("Europe/Berlin", "0001-01-01", f"{BERLIN} {BEYOND}"),
        ("Asia/Tokyo", "0001-01-01", f"0001-01-01T00:00:00+09:18:59 {BEYOND}"),
        ("UTC", "9999-12-31 23:59:59", "9999-12-31T23:59:59.000Z is in the future"),
        ("America/New_York", "9999-12-31 23:59:59", f"9999-12-31T23:59:59-05:00 {BEYOND}"),
        ("UTC", "0001-01-01T00:00:00+01:00", f"0001-01-01T00:00:00+01:00 {BEYOND}"),
    ],
)
def test_dates_at_the_ends_of_the_calendar_are_rejected_in_every_zone(
    tmp_path: Path, zone: str, time: str, reason: str, timestamp: str
) -> None:
    mapping = f"event: seen\nuser_id: customer\nzone: {zone}\ntimestamp: {timestamp}\n"
    content = HEADER + f"1,a,1,1,{time},u1\n" + line("2", "tea")
    reject, event = outcomes_of(tmp_path, content, mapping.replace("{zone}", zone))
    assert reject == Reject(2, reason, "timestamp", f"1,a,1,1,{time},u1")
    assert isinstance(event, Event)


@pytest.mark.parametrize(
    ("constant_or_expression", "moment"),
    [
        ("\"parse_time(at, None, 'Europe/Berlin')\"", BERLIN),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
    ],
)
def test_a_property_beyond_the_calendar_spoils_its_record(
    tmp_path: Path, constant_or_expression: str, moment: str
) -> None:
    mapping = "event: a\nuser_id: customer\ntimestamp: \"'2026-01-01'\"\nproperties:\n  p: "
    content = HEADER + "1,a,1,1,0001-01-01,u1\n"
    (reject,) = outcomes_of(tmp_path, content, mapping + constant_or_expression)
    assert reject == Reject(2, f"{moment} {BEYOND}", "properties", "1,a,1,1,0001-01-01,u1")


def test_a_constant_of_the_mapping_is_a_time_like_any_other(tmp_path: Path) -> None:
    mapping = "event: seen\nuser_id: customer\nzone: Europe/Berlin\ntimestamp: {}\n"

    def outcome(constant: str) -> Outcome:
        (only,) = outcomes_of(tmp_path, HEADER + line("1", "tea"), mapping.format(constant))
        return only

    assert body(outcome("2026-01-02 03:04:05"))["timestamp"] == "2026-01-02T02:04:05.000Z"
    reject = outcome("0001-01-01T00:00:00+01:00")
    assert isinstance(reject, Reject)
    assert (reject.line, reject.field) == (2, "timestamp")
    assert reject.reason == f"0001-01-01T00:00:00+01:00 {BEYOND}"


def test_native_events_pass_through_with_their_ids(tmp_path: Path) -> None:
    event = {
        "event_id": "0192f0c8-0000-7000-8000-000000000001",
        "type": "track",
        "event": "order_completed",
        "user_id": "u1",
        "timestamp": "2026-11-20T10:00:00.500Z",
        "properties": {"revenue": 12.5, "tags": ["a", None]},
        "context": {"locale": "en"},
    }
    (outcome,) = native_outcomes(tmp_path, event)
    sent = body(outcome)
    assert sent.pop("context")["locale"] == "en"
    expected = {name: value for name, value in event.items() if name != "context"}
    assert sent == expected


def test_a_page_without_event_name_keeps_its_type(tmp_path: Path) -> None:
    (outcome,) = native_outcomes(
        tmp_path, {"type": "page", "anonymous_id": "a", "timestamp": "2026-11-20"}
    )
    assert "event" not in body(outcome)
    assert isinstance(outcome, Event)
    assert outcome.name == "page"


OUTCOMES = st.lists(
    st.sampled_from([Skip(1), Reject(1, "no", "", "")])
    | st.integers(1, 40_000).map(lambda size: Event(1, b"x" * size, "e", NOW, "")),
    max_size=60,
)


@given(OUTCOMES, st.integers(0, 70))
def test_batches_hold_every_outcome_after_the_start_once_and_in_order(
    outcomes: list[Outcome], start: int
) -> None:
    cut = list(batches(outcomes, start))
    left = outcomes[start:]
    assert [e for b in cut for e in b.events] == [o for o in left if isinstance(o, Event)]
    assert sum(len(b.rejects) for b in cut) == sum(isinstance(o, Reject) for o in left)
    assert sum(b.skipped for b in cut) == sum(isinstance(o, Skip) for o in left)
    assert all(b.size <= MAX_BYTES and len(b.events) <= MAX_EVENTS for b in cut)
    assert [b.end for b in cut][-1:] == ([len(outcomes)] if left else [])
