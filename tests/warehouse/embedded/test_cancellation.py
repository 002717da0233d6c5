"""Stopping statements: KILL QUERY, a client that leaves, a statement that still waits."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import httpx

from tests.warehouse.embedded.gateway import GatewayProcess, error_code

ENDLESS = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(cityHash64(number))"


def _is_running(gateway: GatewayProcess, query_id: str) -> bool:
    sql = f"SELECT count() FROM system.processes WHERE query_id = '{query_id}'"
    return gateway.text(sql) == "1\n"


def _wait_until(gateway: GatewayProcess, query_id: str, *, running: bool) -> float:
    started = time.monotonic()
    while _is_running(gateway, query_id) != running:
        assert time.monotonic() - started < 15, f"{query_id} running: {not running}"
        time.sleep(0.02)
    return time.monotonic() - started


@contextmanager
def _in_background(gateway: GatewayProcess, query_id: str) -> Iterator[list[httpx.Response]]:
    answers: list[httpx.Response] = []
    request = threading.Thread(
        target=lambda: answers.append(gateway.post(ENDLESS, query_id=query_id))
    )
    request.start()
    _wait_until(gateway, query_id, running=True)
    yield answers
    request.join(15)


@contextmanager
def _sent(gateway: GatewayProcess, sql: str, **parameters: str) -> Iterator[None]:
    """A request of which nobody reads the answer."""
    target = "/?" + urlencode({"default_format": "TSV", **parameters})
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sql)}\r\n\r\n"
        connection.sendall((head + sql).encode())
        yield


class TestKillQuery:
    def test_stops_a_statement_by_its_id(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        with _in_background(gateway, query_id) as answers:
            text = gateway.text(f"KILL QUERY WHERE query_id = '{query_id}' SYNC")
            assert not _is_running(gateway, query_id)
        assert text.split("\t")[:3] == ["finished", query_id, "default"]
        assert error_code(answers[0]) == (500, 394)

    def test_stops_by_user_and_text(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        with _in_background(gateway, query_id) as answers:
            gateway.text(
                "KILL QUERY WHERE user = 'default' AND query LIKE '%cityHash64%' ASYNC FORMAT JSON"
            )
        assert error_code(answers[0]) == (500, 394)

    def test_takes_parameters(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        with _in_background(gateway, query_id) as answers:
            gateway.text("KILL QUERY WHERE query_id = {id:String} SYNC", param_id=query_id)
        assert error_code(answers[0]) == (500, 394)

    def test_in_test_mode_stops_nothing(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        with _in_background(gateway, query_id):
            sql = f"KILL QUERY WHERE query_id = '{query_id}' TEST FORMAT JSONEachRow"
            assert json.loads(gateway.text(sql))["query_id"] == query_id
            assert _is_running(gateway, query_id)
            gateway.text(f"KILL QUERY WHERE query_id = '{query_id}' SYNC")

    def test_of_nothing_has_no_rows(self, gateway: GatewayProcess) -> None:
        response = gateway.post("KILL QUERY WHERE query_id = 'nothing'; -- none")
        assert (response.text, response.headers["x-clickhouse-format"]) == ("", "TabSeparated")

    def test_works_while_every_worker_is_busy(self, gateway: GatewayProcess) -> None:
        prefix = uuid.uuid4().hex
        sql = "SELECT sleepEachRow(3) FROM numbers(20)"
        clients = [
            threading.Thread(
                target=gateway.post,
                args=[sql],
                kwargs={"query_id": f"{prefix}{number}", "max_block_size": 1},
            )
            for number in range(30)
        ]
        for client in clients:
            client.start()
        time.sleep(1)
        started = time.monotonic()
        deadline = started + 40
        while any(client.is_alive() for client in clients) and time.monotonic() < deadline:
            gateway.text(f"KILL QUERY WHERE startsWith(query_id, '{prefix}')")
            time.sleep(0.2)
        assert not any(client.is_alive() for client in clients)


class TestAClientThatLeaves:
    def test_stops_its_statement(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        self._hang_up(gateway, ENDLESS, query_id)
        assert _wait_until(gateway, query_id, running=False) < 5

    def test_stops_a_stream(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        self._hang_up(gateway, "SELECT number FROM system.numbers", query_id)
        assert _wait_until(gateway, query_id, running=False) < 5

    def test_stops_an_insert_from_a_select(self, gateway: GatewayProcess, table: str) -> None:
        query_id = uuid.uuid4().hex
        sql = f"INSERT INTO {table} SELECT *, '' FROM ({ENDLESS})"
        self._hang_up(gateway, sql, query_id)
        assert _wait_until(gateway, query_id, running=False) < 5

    def test_drops_a_statement_that_waits(self, gateway: GatewayProcess, table: str) -> None:
        """Twelve statements fill the workers of the admin; the thirteenth waits."""
        busy = [threading.Thread(target=gateway.post, args=["SELECT sleep(3)"]) for _ in range(12)]
        for request in busy:
            request.start()
        time.sleep(1)
        self._send(gateway, f"INSERT INTO {table} SELECT 1, 'late'", seconds=0.3)
        for request in busy:
            request.join(20)
        assert gateway.text(f"SELECT count() FROM {table}") == "0\n"

    def test_frees_its_session(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        self._hang_up(gateway, ENDLESS, query_id, session_id="left")
        _wait_until(gateway, query_id, running=False)
        time.sleep(0.3)
        assert gateway.text("SELECT 1", session_id="left") == "1\n"

    @staticmethod
    def _hang_up(gateway: GatewayProcess, sql: str, query_id: str, **parameters: str) -> None:
        """Send `sql` over a bare socket, wait until it runs, close the socket."""
        with _sent(gateway, sql, query_id=query_id, **parameters):
            _wait_until(gateway, query_id, running=True)

    @staticmethod
    def _send(gateway: GatewayProcess, sql: str, seconds: float) -> None:
        with _sent(gateway, sql):
            time.sleep(seconds)
