import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.importer.errors import SourceError
from ingest.importer.input_file import MAX_LINE, InputFile, content_hash
from ingest.importer.sources import Row
from ingest.importer.sources.combined_log import COLUMNS, CombinedLog
from ingest.importer.sources.csv_rows import CsvDialect, CsvRows
from ingest.importer.sources.ndjson import NdjsonRows

LOG_LINE = (
    '83.149.9.216 - frank [17/May/2015:10:05:03 +0200] "GET /a/b?c=d HTTP/1.1" 200 203023 '
    '"http://example.com/" "Mozilla/5.0 \\"quoted\\""'
)


def input_file(tmp_path: Path, content: str | bytes) -> InputFile:
    path = tmp_path / "input"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return InputFile(path)


def log_rows(tmp_path: Path, content: str | bytes) -> list[Row]:
    return list(CombinedLog(input_file(tmp_path, content)).rows())


def csv_rows(tmp_path: Path, content: str | bytes, dialect: CsvDialect | None = None) -> list[Row]:
    return list(CsvRows(input_file(tmp_path, content), dialect).rows())


def test_a_log_line_is_taken_apart(tmp_path: Path) -> None:
    (row,) = log_rows(tmp_path, LOG_LINE)
    fields = dict(zip(COLUMNS, row.record, strict=False))
    assert fields["time"].astimezone(UTC) == datetime(2015, 5, 17, 8, 5, 3, tzinfo=UTC)
    del fields["time"]
    assert fields == {
        "address": "83.149.9.216",
        "identity": "",
        "user": "frank",
        "method": "GET",
        "target": "/a/b?c=d",
        "path": "/a/b",
        "query": "c=d",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes": 203023,
        "referrer": "http://example.com/",
        "user_agent": 'Mozilla/5.0 "quoted"',
        "site": "",
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('"GET /a/b?c=d HTTP/1.1"', '"GET /a/b'), "the request is missing or malformed"),
        (('\\"quoted\\""', "cut off"), "the user agent is missing or malformed"),
        (("17/May/2015", "17-May-2015"), "the time is missing or malformed"),
        (("17/May/2015", "31/Feb/2015"), "'31/Feb/2015:10:05:03 +0200' is not a time"),
        (("17/May/2015:10", "01/Jan/0001:01"), "'01/Jan/0001:01:05:03 +0200' is not a time"),
        (("17/May/2015", "17/Mai/2015"), "'17/Mai/2015:10:05:03 +0200' is not a time"),
        (("GET /a/b?c=d HTTP/1.1", "-"), "the request '-' names no page"),
        (("GET /a/b?c=d HTTP/1.1", "\\x16\\x03"), "names no page"),
        ((LOG_LINE, "hello"), "the identity is missing or malformed"),
    ],
)
def test_a_line_that_is_no_log_line_says_where_it_stops_being_one(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    good_and_bad = f"{LOG_LINE}\n\n{LOG_LINE.replace(*change)}\n"
    good, bad = log_rows(tmp_path, good_and_bad)
    assert good.problem is None
    assert bad.line == 3
    assert problem in (bad.problem or "")


def test_bytes_that_are_not_utf_8_stay_legible(tmp_path: Path) -> None:
    (row,) = log_rows(tmp_path, LOG_LINE.encode().replace(b"c=d", b"caf\xe9"))
    assert row.record[COLUMNS.index("query")] == "caf\\xe9"


def test_fields_that_a_server_appends_are_ignored(tmp_path: Path) -> None:
    (row,) = log_rows(tmp_path, LOG_LINE + ' 0.042 "-"')
    assert row.problem is None


def test_csv_records_know_their_first_line(tmp_path: Path) -> None:
    content = 'a,b\r\n1,"two\nlines"\r\n\r\n3,4\r\n'
    assert csv_rows(tmp_path, content) == [Row(2, ["1", "two\nlines"]), Row(5, ["3", "4"])]


def test_a_csv_record_of_another_width_is_bad(tmp_path: Path) -> None:
    rows = csv_rows(tmp_path, "a,b\n1\n2,3\n4,5,6\n")
    assert [(row.line, row.problem) for row in rows] == [
        (2, "1 fields, the header has 2"),
        (3, None),
        (4, "3 fields, the header has 2"),
    ]


def test_csv_bytes_in_another_encoding_are_bad_unless_it_is_named(tmp_path: Path) -> None:
    content = b"a,b\ncaf\xe9,1\ntea,2\n"
    problems = [row.problem for row in csv_rows(tmp_path, content)]
    assert problems == ["bytes that are not utf-8", None]
    rows = csv_rows(tmp_path, content, CsvDialect(encoding="latin-1"))
    assert rows[0] == Row(2, ["café", "1"])


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    source = CsvRows(input_file(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n"))
    assert source.columns.names == ["a", "b"]


def test_a_csv_file_without_header_names_its_columns_in_the_mapping(tmp_path: Path) -> None:
    dialect = CsvDialect(delimiter=";", columns=("a", "b"))
    assert csv_rows(tmp_path, "1;2\n", dialect) == [Row(1, ["1", "2"])]


@pytest.mark.parametrize(
    ("content", "message"), [("", "is empty"), ("a,b,a\n", "names a more than once")]
)
def test_a_csv_file_without_a_usable_header_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        CsvRows(input_file(tmp_path, content))


def json_source(tmp_path: Path, content: str, *columns: str) -> NdjsonRows:
    return NdjsonRows(input_file(tmp_path, content), columns)


def test_json_columns_are_the_members_of_the_first_records(tmp_path: Path) -> None:
    source = json_source(tmp_path, '{"a":1,"b":{"c":2}}\n{"d":null}\n', "later")
    assert source.columns.names == ["a", "b", "b.c", "d", "later"]


def test_json_members_are_read_by_path(tmp_path: Path) -> None:
    source = json_source(tmp_path, '{"b":{"c":2},"x.y":3}\n{"b":7}\n')
    records = [row.record for row in source.rows()]

    def values(name: str) -> list[Any]:
        get = source.columns.getter(name)
        assert get is not None
        return [get(record) for record in records]

    assert values("b.c") == [2, None]
    assert values("x.y") == [3, None]


def test_a_line_that_is_no_json_object_is_bad(tmp_path: Path) -> None:
    rows = list(json_source(tmp_path, '{"a":1}\n[1]\n{"a":\n\n{"a":2}\n').rows())
    assert [(row.line, row.problem is None) for row in rows] == [
        (1, True),
        (2, False),
        (3, False),
        (5, True),
    ]
    assert rows[1].problem == "not a JSON object: Expected `object`, got `array`"


def test_a_line_without_end_is_read_only_so_far(tmp_path: Path) -> None:
    content = b"short\n" + b"x" * (3 * MAX_LINE) + b"\nshort\n"
    lengths = [len(line) for line in input_file(tmp_path, content).lines()]
    assert lengths == [5, MAX_LINE + 1, 5]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_gzip_is_recognised_by_its_content(tmp_path: Path, ending: str) -> None:
    file = input_file(tmp_path, gzip.compress(f"a{ending}b{ending}".encode()))
    assert list(file.lines()) == [b"a", b"b"]
    assert file.position == file.size


def test_a_damaged_file_says_so_after_what_could_be_read(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(str(n) for n in range(200_000)).encode())
    lines = input_file(tmp_path, whole[: len(whole) // 2]).lines()
    with pytest.raises(SourceError, match="is damaged after byte"):
        list(lines)


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "b")
    with pytest.raises(SourceError, match="cannot read"):
        content_hash(tmp_path / "absent")
