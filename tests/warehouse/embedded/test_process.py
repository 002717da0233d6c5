"""The process: what survives its death, how it ends, and what it must not hold."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from tests.warehouse.embedded.gateway import GatewayProcess

NewGateway = Callable[..., GatewayProcess]

CREATE = "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n"


class TestAfterKill9:
    def test_every_acknowledged_insert_is_there(self, new_gateway: NewGateway) -> None:
        """Killed in the middle of a run of inserts, each acknowledged one counts."""
        gateway = new_gateway()
        gateway.text(CREATE)
        acknowledged: list[int] = []
        client = threading.Thread(target=_insert_until_it_fails, args=[gateway, acknowledged])
        client.start()
        while len(acknowledged) < 20:
            time.sleep(0.01)
        gateway.kill()
        client.join(30)
        gateway.start()
        stored = [int(row[0]) for row in gateway.rows("SELECT n FROM kept ORDER BY n")]
        assert stored[: len(acknowledged)] == acknowledged
        assert len(stored) <= len(acknowledged) + 1  # the last one may be in but not answered

    def test_nothing_of_a_running_request_is_left(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway()
        body = "INSERT INTO nowhere FORMAT TSV\n" + "x" * 10_000_000
        request = threading.Thread(target=_ignore_errors, args=[gateway, body])
        request.start()
        time.sleep(0.05)
        gateway.kill()
        request.join(30)
        gateway.start()
        assert list((gateway.directory / "spool").iterdir()) == []
        assert gateway.text("SELECT 1") == "1\n"

    def test_the_query_log_goes_on(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway()
        gateway.text("SELECT 1", query_id="before")
        gateway.text("SYSTEM FLUSH LOGS")
        gateway.kill()
        gateway.start()
        gateway.text("SELECT 1", query_id="after")
        gateway.text("SYSTEM FLUSH LOGS")
        sql = "SELECT DISTINCT query_id FROM system.query_log WHERE query_id = 'after'"
        assert gateway.rows(sql) == [["after"]]


class TestShutdown:
    def test_finishes_what_runs(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway()
        answers: list[httpx.Response] = []
        request = threading.Thread(
            target=lambda: answers.append(gateway.post("SELECT sleep(2), 'done'"))
        )
        request.start()
        time.sleep(0.7)
        assert gateway.stop() == 0
        request.join(10)
        assert answers[0].text == "0\tdone\n"

    def test_refuses_what_comes_then(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway()
        assert gateway.stop() == 0
        try:
            gateway.http.get("/ping")
        except httpx.ConnectError:
            return
        raise AssertionError("the port still answers")

    def test_keeps_everything(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway()
        gateway.text(CREATE)
        gateway.text("INSERT INTO kept SELECT number FROM numbers(1000)")
        assert gateway.stop() == 0
        assert gateway.start().text("SELECT count() FROM kept") == "1000\n"

    def test_does_not_wait_for_ever(self, new_gateway: NewGateway) -> None:
        """20 s to drain; then what still runs is stopped."""
        gateway = new_gateway("--drain-seconds", "1")
        sql = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(cityHash64(number))"
        request = threading.Thread(target=_ignore_errors, args=[gateway, sql])
        request.start()
        time.sleep(0.7)
        started = time.monotonic()
        assert gateway.stop() == 0
        request.join(10)
        assert time.monotonic() - started < 10


class TestTheProcess:
    def test_holds_no_cloud_credentials(self, new_gateway: NewGateway) -> None:
        secrets = {"AWS_SECRET_ACCESS_KEY": "hush", "GOOGLE_APPLICATION_CREDENTIALS": "/hush"}
        gateway = new_gateway(environment=secrets)
        text = gateway.text(
            "SELECT * FROM file('/proc/self/environ', 'RawBLOB') FORMAT TSVRaw",
            storage_file_read_method="pread",
        )
        assert "CLICKHOUSE_ADMIN_PASSWORD" in text
        assert "hush" not in text

    def test_is_small_when_idle(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway()
        gateway.text("SELECT 1")
        assert gateway.resident_bytes() < 450_000_000

    def test_ignores_a_configuration_in_its_directory(
        self, new_gateway: NewGateway, tmp_path: Path
    ) -> None:
        """The engine would read a config.xml from the working directory, which is kept empty."""
        gateway = new_gateway()
        assert list((gateway.directory / "cwd").iterdir()) == []
        assert gateway.text("SELECT value FROM system.merge_tree_settings WHERE name = "
                            "'fsync_after_insert'") == "1\n"  # fmt: skip

    def test_may_run_without_a_query_log(self, new_gateway: NewGateway) -> None:
        gateway = new_gateway("--no-query-log")
        response = gateway.post("SELECT count() FROM system.query_log")
        assert response.headers["x-clickhouse-exception-code"] == "60"


def _insert_until_it_fails(gateway: GatewayProcess, acknowledged: list[int]) -> None:
    number = 0
    while True:
        try:
            response = gateway.post(f"INSERT INTO kept FORMAT TSV\n{number}\n")
        except httpx.TransportError:
            return
        if response.status_code != 200:
            return
        acknowledged.append(number)
        number += 1


def _ignore_errors(gateway: GatewayProcess, sql: str) -> None:
    with suppress(httpx.TransportError):
        gateway.post(sql)
