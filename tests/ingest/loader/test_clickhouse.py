"""The loader's HTTP client knows whether a statement failed, and when its outcome is open."""

import time
import uuid

import pytest

from ingest.loader.clickhouse import ClickHouse, ClickHouseError
from tests.ingest.loader.conftest import Bench


def test_an_insert_without_an_answer_is_ended_before_anything_else(bench: Bench) -> None:
    table = f"raw.slow_{uuid.uuid4().hex}"
    bench.warehouse.command(
        f"CREATE TABLE {table} (a UInt8, b UInt8 DEFAULT sleepEachRow(0.5)) "
        "ENGINE = MergeTree ORDER BY a"
    )
    impatient = ClickHouse(bench.url, timeout=0.5)
    patient = ClickHouse(bench.url, timeout=60)
    with pytest.raises(ClickHouseError) as failed:
        impatient.insert(table, [b'{"a":1}\n' * 5], {})
    assert failed.value.code == 0
    patient._unfinished = impatient._unfinished
    assert patient._unfinished is not None
    patient.settle()
    stored = patient.rows(f"SELECT count() FROM {table}")
    time.sleep(3)
    assert patient.rows(f"SELECT count() FROM {table}") == stored
    bench.warehouse.command(f"DROP TABLE {table}")


def test_the_code_of_an_error_is_known(bench: Bench) -> None:
    with pytest.raises(ClickHouseError) as failed:
        ClickHouse(bench.url, timeout=20).rows("SELECT * FROM raw.nowhere")
    assert failed.value.code == 60
    assert not failed.value.blames_data


def test_an_unreachable_server_is_an_open_outcome() -> None:
    with pytest.raises(ClickHouseError) as failed:
        ClickHouse("http://admin@127.0.0.1:9", timeout=1).rows("SELECT 1")
    assert failed.value.code == 0


def test_a_wrong_password_is_no_fault_of_the_data(bench: Bench) -> None:
    host = bench.url.rpartition("@")[2]
    with pytest.raises(ClickHouseError) as failed:
        ClickHouse(f"http://admin:wrong@{host}", timeout=20).rows("SELECT 1")
    assert not failed.value.blames_data
