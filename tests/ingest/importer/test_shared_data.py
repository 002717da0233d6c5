"""The two real files: every number here was counted by other means."""

import gzip
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.importer.delivery import IngestClient
from ingest.importer.run import ImportRequest, run_import

RETAIL_MAPPING = Path("docs/how-to/mappings/online_retail.yml")


def imported(api: Any, tmp_path: Path, request: ImportRequest) -> Any:
    with IngestClient(api.url, api.key) as client:
        return run_import(request, client, tmp_path / "imports")


def test_the_access_log(api: Any, tmp_path: Path, web_access_log: Path) -> None:
    result = imported(api, tmp_path, ImportRequest(web_access_log, "combined_log", "p"))
    assert (result.progress.accepted, result.progress.rejected) == (9_999, 1)
    assert json.loads(result.rejects_path.read_text())["line"] == 8_899
    rows = list(api.rows.values())
    assert len(rows) == 9_999
    assert {row["event"] for row in rows} == {"page_view"}
    addresses = defaultdict(set)
    for row in rows:
        addresses[row["timestamp"][:10]].add(row["anonymous_id"])
    assert {day: len(found) for day, found in sorted(addresses.items())} == {
        "2015-05-17": 341,
        "2015-05-18": 627,
        "2015-05-19": 561,
        "2015-05-20": 505,
    }
    assert len({row["anonymous_id"] for row in rows}) == 1_753


def test_lines_of_one_second_keep_their_order(
    api: Any, tmp_path: Path, web_access_log: Path
) -> None:
    imported(api, tmp_path, ImportRequest(web_access_log, "combined_log", "p"))
    by_second = defaultdict(list)
    with gzip.open(web_access_log, "rt") as lines:
        for number, line in enumerate(lines, start=1):
            if number != 8_899:
                by_second[line.split("[")[1][:20]].append(line.split('"')[1].split(" ")[1])
    stored: dict[str, list[str]] = defaultdict(list)
    for row in sorted(api.rows.values(), key=lambda row: (row["timestamp"], row["event_id"])):
        stored[row["timestamp"]].append(row["context"]["page"]["url"])
    assert sorted(stored.values()) == sorted(by_second.values())


@pytest.mark.timeout(600)
def test_the_invoices(api: Any, tmp_path: Path, online_retail: Path) -> None:
    request = ImportRequest(online_retail, "csv", "p", RETAIL_MAPPING)
    result = imported(api, tmp_path, request)
    assert (result.progress.accepted, result.progress.rejected) == (25_900, 0)
    rows = list(api.rows.values())
    assert Counter(row["event"] for row in rows) == {
        "order_completed": 22_064,
        "order_cancelled": 3_836,
    }
    assert len({row["user_id"] for row in rows if "user_id" in row}) == 4_372
    properties = [row["properties"] for row in rows]
    assert sum(each["line_count"] for each in properties) == 541_909
    guests = [row["properties"]["line_count"] for row in rows if "user_id" not in row]
    assert sum(guests) == 135_080
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        revenue[row["event"]] += Decimal(str(row["properties"]["revenue"]))
    assert revenue == {
        "order_completed": Decimal("10644560.424"),
        "order_cancelled": Decimal("-896812.49"),
    }
    assert max(len(each["items"]) for each in properties) == 150
    assert max(len(json.dumps(row, separators=(",", ":"))) for row in rows) < 32_768
    first = min(rows, key=lambda row: row["event_id"])
    assert first["properties"]["order_id"] == "536365"
    assert first["context"]["location"] == {"country": "GB"}
