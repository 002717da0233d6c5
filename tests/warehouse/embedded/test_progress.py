"""Progress headers, which leave while the statement runs."""

import json
import socket
import time

from tests.warehouse.embedded.gateway import GatewayProcess

SLOW = "SELECT sum(sleepEachRow(0.01) + number) FROM numbers(100)"


def _lines(gateway: GatewayProcess, sql: str, **parameters: object) -> list[tuple[float, bytes]]:
    """The lines of an answer with the seconds after which they came."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    head = f"POST /?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sql)}\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as connection:
        started = time.monotonic()
        connection.sendall(f"{head}Connection: close\r\n\r\n{sql}".encode())
        with connection.makefile("rb") as answer:
            return [(time.monotonic() - started, line.rstrip()) for line in answer]


def _progress(lines: list[tuple[float, bytes]]) -> list[tuple[float, dict[str, str]]]:
    prefix = b"x-clickhouse-progress: "
    return [
        (at, json.loads(line.removeprefix(prefix))) for at, line in lines if line.startswith(prefix)
    ]


class TestProgressHeaders:
    def test_leave_while_the_statement_runs(self, gateway: GatewayProcess) -> None:
        lines = _lines(gateway, SLOW, send_progress_in_http_headers=1, max_block_size=10)
        shown = _progress(lines)
        rows = [int(figures["read_rows"]) for _, figures in shown]
        assert len(rows) >= 2
        assert rows == sorted(rows)
        assert shown[0][0] < lines[-1][0] - 0.3
        assert {figures["total_rows_to_read"] for _, figures in shown} == {"100"}

    def test_are_part_of_one_answer(self, gateway: GatewayProcess) -> None:
        lines = [
            line
            for _, line in _lines(gateway, SLOW, send_progress_in_http_headers=1, max_block_size=10)
        ]
        assert [line for line in lines if line.startswith(b"HTTP/")] == [b"HTTP/1.1 200 OK"]
        assert lines[lines.index(b"") + 2] == b"4950"

    def test_come_no_more_often_than_asked(self, gateway: GatewayProcess) -> None:
        settings = {"send_progress_in_http_headers": 1, "http_headers_progress_interval_ms": 60000}
        assert _progress(_lines(gateway, SLOW, max_block_size=10, **settings)) == []

    def test_come_only_when_asked(self, gateway: GatewayProcess) -> None:
        assert _progress(_lines(gateway, SLOW, max_block_size=10)) == []

    def test_are_followed_by_an_error_of_the_statement(self, gateway: GatewayProcess) -> None:
        """The status is out by then, as on a server; the code and the text are not."""
        sql = "SELECT sum(sleepEachRow(0.01) + throwIf(number = 95)) FROM numbers(100)"
        lines = _lines(gateway, sql, send_progress_in_http_headers=1, max_block_size=10)
        assert _progress(lines) != []
        assert b"x-clickhouse-exception-code: 395" in [line for _, line in lines]
        assert any(line.startswith(b"Code: 395. DB::Exception") for _, line in lines)
