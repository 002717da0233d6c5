from pathlib import Path

import pytest

from ingest.importer import mapping_file
from ingest.importer.errors import MappingError
from ingest.importer.mapping import FieldError, Mapping, compile_mapping
from ingest.importer.sources import FlatColumns

COLUMNS = FlatColumns(["invoice_no", "quantity", "unit_price", "paid_at", "customer", "Paid By"])
SMALLEST = "event: paid\ntimestamp: paid_at\nuser_id: customer\n"


def compiled(text: str) -> Mapping:
    return compile_mapping(mapping_file.parse("m.yml", text), COLUMNS)


def problems(text: str) -> list[str]:
    with pytest.raises(MappingError) as refused:
        compiled(text)
    return str(refused.value).splitlines()


RECORD = ["C17", "2", "1.50", "2011-06-01 10:00", "u1", "card"]


def test_a_column_a_constant_and_an_expression_may_stand_anywhere() -> None:
    mapping = compiled(
        SMALLEST
        + "properties:\n"
        + "  order_id: invoice_no\n"
        + "  paid_by: Paid By\n"
        + "  total: quantity * unit_price\n"
        + "  channel: \"'shop'\"\n"
        + "  version: 3\n"
        + "  test: false\n"
        + "  nested: {tags: [customer, 7]}\n"
    )
    assert str(mapping.fields(RECORD)["properties"]["total"]) == "3.00"
    assert mapping.fields(RECORD) == {
        "event": "paid",
        "user_id": "u1",
        "properties": {
            "order_id": "C17",
            "paid_by": "card",
            "total": 3,
            "channel": "shop",
            "version": 3,
            "test": False,
            "nested": {"tags": ["u1", 7]},
        },
    }


def test_times_without_offset_are_in_the_zone_of_the_mapping() -> None:
    mapping = compiled(SMALLEST + "zone: Europe/London\n")
    assert mapping.timestamp(RECORD).isoformat() == "2011-06-01T09:00:00+00:00"


@pytest.mark.parametrize(
    ("record", "field", "reason"),
    [
        (["C17", "2", "1", "", "u1", ""], "timestamp", "there is no timestamp"),
        (["C17", "2", "1", "soon", "u1", ""], "timestamp", "'soon' is not a time in ISO 8601"),
        (["C17", "2", "1", "2011", "", ""], "user_id", "neither user_id nor anonymous_id"),
        (["C17", "x", "1", "2011-01-01", "u1", ""], "properties", "'x' is not a number"),
    ],
)
def test_a_record_that_makes_no_event_says_which_field_is_at_fault(
    record: list[str], field: str, reason: str
) -> None:
    mapping = compiled(SMALLEST + "properties: {total: quantity * unit_price}")

    def whole_event() -> None:
        mapping.fields(record)
        mapping.timestamp(record)

    with pytest.raises(FieldError) as refused:
        whole_event()
    assert refused.value.field == field
    assert reason in str(refused.value)


def test_every_problem_is_told_with_its_line() -> None:
    assert problems("event: paid\ntimestmp: paid_at\n") == [
        "m.yml:2: unknown member 'timestmp'; did you mean timestamp?"
    ]
    assert problems(
        "event: paid\n"
        "timestamp: parse_time(paid_at, '%Y', 'Mars')\n"
        "zone: Nowhere\n"
        "user_id: custmer\n"
        "properties:\n"
        "  total: sum(quantity)\n"
        "  more: {deep: quantity +}\n"
    ) == [
        "m.yml:2: 'Mars' is not an IANA time zone such as Europe/London",
        "m.yml:3: 'Nowhere' is not an IANA time zone such as Europe/London",
        "m.yml:4: unknown column 'custmer'; did you mean customer?",
        "m.yml:6: sum() needs `group`, and cannot stand in another aggregate",
        "m.yml:7: not an expression: invalid syntax",
    ]


def test_what_every_mapping_must_say() -> None:
    assert problems("properties: {a: quantity}") == [
        "m.yml:1: `timestamp` must be given",
        "m.yml:1: `event` or `type` must be given",
        "m.yml:1: `user_id` or `anonymous_id` must be given",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("event: a\nevent: b\n", "m.yml:2: 'event' is given twice"),
        ("event: [a\n", "m.yml:2: not YAML"),
        (
            "event: a\ntimestamp: 2020-13-45\n",
            "m.yml:2: not YAML: '2020-13-45' is no timestamp: month must be in 1..12",
        ),
        ("2020-13-45: a\n", "m.yml:1: not YAML: '2020-13-45' is no timestamp"),
        ("skip: !!int a\n", "m.yml:1: not YAML: 'a' is no int"),
        ("skip: !!int ''\n", "m.yml:1: not YAML: '' is no int"),
        ("skip: !!bool perhaps\n", "m.yml:1: not YAML: 'perhaps' is no bool"),
        ("skip: !!timestamp soon\n", "m.yml:1: not YAML: 'soon' is no timestamp"),
        ("event: {'a': b} if c\n", "m.yml:1: not YAML"),
        ("skip: f({'a': b})\n", "m.yml:1: not YAML: mapping values are not allowed here (an exp"),
        ("- event\n", "m.yml:1: a mapping holds `name: value` lines"),
        ("format: xml\n", "m.yml:1: `format` is one of combined_log, csv, ndjson"),
        ("csv: {delimiter: ';;'}\n", "m.yml:1: csv.delimiter is one character"),
        ("csv: {encoding: utf-99}\n", "m.yml:1: unknown encoding 'utf-99'"),
        ("csv: {encoding: utf-16}\n", "m.yml:1: unknown encoding 'utf-16'"),
        ("csv: {separator: ';'}\n", "m.yml:1: unknown member csv.separator"),
        (SMALLEST + "group: {gap: 5}\n", "m.yml:4: `group` holds `by` and `gap`"),
        (SMALLEST + "group: {by: invoice_no, gap: 0}\n", "m.yml:4: `gap` is a number of records"),
        (SMALLEST + "type: trck\n", "m.yml:4: unknown type 'trck'; did you mean track?"),
        (SMALLEST.replace("paid\n", "[paid]\n"), "m.yml:1: `event` is one value"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(text: str, message: str) -> None:
    assert any(problem.startswith(message) for problem in problems(text)), problems(text)


def test_an_event_named_like_a_misspelt_column_is_asked_about() -> None:
    (problem,) = problems(SMALLEST.replace("paid\n", "invoice_n\n"))
    assert problem == (
        "m.yml:1: unknown column 'invoice_n'; did you mean invoice_no? "
        "(write \"'invoice_n'\" for a constant)"
    )


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read: No such file"):
        mapping_file.read(tmp_path / "absent.yml")


@pytest.mark.parametrize("format_", ["combined_log", "ndjson"])
def test_formats_with_a_mapping_of_their_own(format_: str) -> None:
    built_in = mapping_file.built_in(format_)
    assert built_in is not None
    assert built_in.format == format_


def test_csv_has_no_mapping_of_its_own() -> None:
    assert mapping_file.built_in("csv") is None
