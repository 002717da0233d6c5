"""What the exports of other products become, event by event.

`exports/<file>.expected.json` holds the native events and the rejects of `exports/<file>`.
"""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest.importer import run
from ingest.importer.errors import SourceError
from ingest.importer.outcomes import LIBRARY
from ingest.importer.products import PRODUCTS
from ingest.importer.run import DryRun, ImportRequest, dry_run
from ingest.protocols.posthog import decode_event

UUID = "0195c0de-aaaa-7000-8000-000000000001"
EXPORTS = Path(__file__).parent / "exports"
FILES = [
    ("segment", "segment.ndjson"),
    ("segment", "segment_tracks.csv"),
    ("posthog", "posthog.jsonl"),
    ("posthog", "posthog_api.json"),
    ("posthog", "posthog.csv"),
    ("mixpanel", "mixpanel.ndjson"),
    ("amplitude", "amplitude.ndjson"),
]
LINES = [file for file in FILES if file[1].endswith(("ndjson", "jsonl"))]


@pytest.fixture(autouse=True)
def _show_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SHOWN_EVENTS", 100)


def read(path: Path, format_: str, **options: Any) -> DryRun:
    return dry_run(ImportRequest(path, format_, "p", **options))


def events(outcome: DryRun) -> list[dict[str, Any]]:
    return [json.loads(event.body) for event in outcome.events]


def written(tmp_path: Path, name: str, *records: Any) -> Path:
    path = tmp_path / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.mark.parametrize(("format_", "name"), FILES)
def test_every_record_becomes_the_event_or_the_reject_that_is_expected(
    format_: str, name: str
) -> None:
    expected = json.loads((EXPORTS / f"{name}.expected.json").read_text())
    outcome = read(EXPORTS / name, format_)
    for event in expected["events"]:
        event["context"].setdefault("library", LIBRARY)
    assert events(outcome) == expected["events"]
    rejects = [[each.line, each.field, each.reason] for each in outcome.rejects]
    assert rejects == expected["rejects"]


@pytest.mark.parametrize(("format_", "name"), LINES)
@pytest.mark.parametrize("packing", ["gzip", "zip", "zip of gzip", "array"])
def test_a_packed_file_says_the_same(tmp_path: Path, format_: str, name: str, packing: str) -> None:
    good = (
        [
            line
            for line in (EXPORTS / name).read_text().splitlines()
            if json.loads(line if line.endswith("}") else "{}")
        ]
        if packing == "array"
        else (EXPORTS / name).read_text().splitlines()
    )
    content = ("[" + ",\n ".join(good) + "]" if packing == "array" else "\n".join(good)).encode()
    packed = tmp_path / "packed.json"
    if packing.startswith("zip"):
        inner = gzip.compress(content) if "gzip" in packing else content
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("p1/", "")
            archive.writestr("__MACOSX/p1/._a.json", b"\0")
            archive.writestr("p1/a.json.gz", inner)
    else:
        packed.write_bytes(gzip.compress(content) if packing == "gzip" else content)
    assert events(read(packed, format_)) == events(read(EXPORTS / name, format_))


def test_the_files_of_a_zip_are_read_by_name_and_their_lines_counted_on(tmp_path: Path) -> None:
    record = '{"event": "%s", "properties": {"time": 1741168800, "distinct_id": "a"}}'
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("2.json", record % "second" + "\nbroken\n")
        archive.writestr("1.json", record % "first" + "\n")
    outcome = read(tmp_path / "a.zip", "mixpanel")
    assert [event["event"] for event in events(outcome)] == ["first", "second"]
    assert [reject.line for reject in outcome.rejects] == [3]


def test_a_damaged_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(SourceError, match="is damaged"):
        read(tmp_path / "a.zip", "amplitude")


def test_an_array_that_breaks_off_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"event": "a"}, {"event"')
    with pytest.raises(SourceError, match=r"a\.json is not JSON: Input data was truncated"):
        read(tmp_path / "a.json", "mixpanel")


def test_events_of_mixpanel_with_one_insert_id_are_told_apart(tmp_path: Path) -> None:
    """By name, person and time; a repetition is one event."""
    base = {"time": 1741168800, "distinct_id": "a", "$insert_id": "i"}
    path = written(
        tmp_path,
        "a.ndjson",
        {"event": "x", "properties": base},
        {"event": "y", "properties": base},
        {"event": "x", "properties": base | {"distinct_id": "b"}},
        {"event": "x", "properties": base | {"time": 1741168801}},
        {"event": "x", "properties": base | {"more": 1}},
    )
    ids = [event["event_id"] for event in events(read(path, "mixpanel"))]
    assert len(set(ids[:4])) == 4
    assert ids[4] == ids[0]


@pytest.mark.parametrize(
    ("zone", "seconds", "timestamp"),
    [
        ("", 1741168800, "2025-03-05T10:00:00Z"),
        ("Europe/Berlin", 1741168800, "2025-03-05T09:00:00Z"),
        ("Europe/Berlin", 1751709600, "2025-07-05T08:00:00Z"),
        ("US/Pacific", 1741168800, "2025-03-05T18:00:00Z"),
    ],
)
def test_old_projects_of_mixpanel_count_seconds_on_local_clocks(
    tmp_path: Path, zone: str, seconds: int, timestamp: str
) -> None:
    record = {"event": "x", "properties": {"time": seconds, "distinct_id": "a"}}
    outcome = read(written(tmp_path, "a.ndjson", record), "mixpanel", zone=zone)
    assert events(outcome)[0]["timestamp"] == timestamp


@pytest.mark.parametrize(
    ("properties", "who"),
    [
        ({"distinct_id": "$device:d"}, {"anonymous_id": "d"}),
        ({"distinct_id": "d", "$device_id": "d"}, {"anonymous_id": "d"}),
        ({"distinct_id": "u", "$device_id": "d"}, {"user_id": "u", "anonymous_id": "d"}),
        ({"distinct_id": "d", "$user_id": "u"}, {"user_id": "u"}),
        ({"distinct_id": 7}, {"user_id": "7"}),
        (
            {"distinct_id": "0195c0de-aaaa-7000-8000-000000000001"},
            {"anonymous_id": "0195c0de-aaaa-7000-8000-000000000001"},
        ),
    ],
)
def test_who_a_person_of_mixpanel_is(
    tmp_path: Path, properties: dict[str, Any], who: dict[str, str]
) -> None:
    record = {"event": "x", "properties": {"time": 1741168800, **properties}}
    (event,) = events(read(written(tmp_path, "a.ndjson", record), "mixpanel"))
    assert {key: event[key] for key in ("user_id", "anonymous_id") if key in event} == who


def test_posthog_s_events_say_the_same_exported_as_sent_live(tmp_path: Path) -> None:
    """Who it was, and what is context and what stays a property."""
    sent = [
        {"event": name, "distinct_id": who, "properties": properties}
        for name, who, properties in [
            ("x", "u", {"$lib": "posthog-node", "title": "not of a page"}),
            ("x", "u", {"$device_id": "d", "$title": "Home", "$device_name": "Pixel"}),
            ("x", "d", {"$device_id": "d", "$lib": "web", "$os": "iOS", "$os_name": "iPadOS"}),
            ("x", UUID, {"$lib": "web", "$geoip_city_name": "Köln", "$ip": None}),
            ("x", UUID, {"$screen_width": 390, "$screen_height": [1], "$groups": {"a": "b"}}),
            ("$set", UUID, {"$lib": "posthog-ios", "$locale": "de", "$browser_language": "de"}),
            ("$pageview", "u", {"title": "Home", "$pathname": "/", "$referrer": "$direct"}),
            ("$create_alias", "u", {"alias": "v", "$lib": "posthog-python"}),
            ("$identify", "u", {"$anon_distinct_id": "d", "$os_version": 17.5}),
            ("x", "u", {"$set": {"plan": "pro"}, "$set_once": {"first": "a"}}),
            ("x", "u", {"$set": "not an object", "$groups": {"team": "1", "company": "acme"}}),
        ]
    ]
    record = {"timestamp": "2025-03-05T10:00:00Z"}
    exported = events(read(written(tmp_path, "a.jsonl", *(e | record for e in sent)), "posthog"))
    live = [decode_event(json.dumps(event).encode()) for event in sent]
    for old, new in zip(exported, live, strict=True):
        assert (old.get("user_id"), old.get("anonymous_id")) == (new.user_id, new.anonymous_id)
        assert old.get("previous_id") == new.previous_id
        assert (old.get("group_id"), old.get("traits")) == (new.group_id, new.traits)
        assert old.get("properties", {}) == new.properties
        assert isinstance(new.context, msgspec.Raw)
        context = {"library": LIBRARY} | json.loads(bytes(new.context))
        assert old["context"] == context


NUMBERS = "[0.12345678901234567891, 1234567890123456.75, 19.5, 12345678901234567890123]"


@pytest.mark.parametrize("format_", PRODUCTS)
def test_numbers_arrive_digit_by_digit(tmp_path: Path, format_: str) -> None:
    """The record says in each product's way that somebody did x."""
    own = f'{{"time": 1741168800, "distinct_id": "a", "n": {NUMBERS}}}'
    (tmp_path / "a.json").write_text(
        '{"event": "x", "event_type": "x", "type": "track", "timestamp": "2025-03-05T10:00:00Z",'
        '"event_time": "2025-03-05 10:00:00", "anonymousId": "a", "device_id": "a",'
        f'"distinct_id": "a", "properties": {own}, "event_properties": {own}}}'
    )
    (event,) = read(tmp_path / "a.json", format_).events
    assert b'"n":' + NUMBERS.replace(" ", "").encode() in event.body


def test_numbers_of_a_csv_arrive_digit_by_digit(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f'event,distinct_id,timestamp,properties\nx,a,2025-03-05 10:00:00,"{{""n"": {NUMBERS}}}"\n'
    )
    (event,) = read(tmp_path / "a.csv", "posthog").events
    assert b'"n":' + NUMBERS.replace(" ", "").encode() in event.body


def test_a_mapping_takes_the_place_of_the_product_s_own(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yml"
    mapping.write_text(
        "format: mixpanel\nskip: event != 'Signed Up'\nevent: lower(event)\n"
        "timestamp: epoch_time(properties.time)\nuser_id: text(properties.distinct_id)\n"
    )
    outcome = read(EXPORTS / "mixpanel.ndjson", "mixpanel", mapping=mapping)
    found = [(event["event"], event["user_id"]) for event in events(outcome)]
    assert found == [("signed up", "$device:dev-1"), ("signed up", "42")]
    assert outcome.progress.skipped == 8
