"""Requests in the system tables, under the ids and users that clients know."""

import json
import threading
import time
import uuid

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess

SLOW = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(cityHash64(number))"


def _eventually(gateway: GatewayProcess, sql: str) -> list[list[str]]:
    """The rows of `sql` once there are any: the query log is written every second."""
    for _ in range(100):
        if rows := gateway.rows(sql):
            return rows
        time.sleep(0.1)
    raise AssertionError(f"no rows within 10 s: {sql}")


class TestProcesses:
    def test_show_the_request(self, gateway: GatewayProcess) -> None:
        sql = "SELECT query_id, user, query FROM system.processes WHERE query_id = 'mine'"
        assert gateway.rows(sql, query_id="mine", user="admin") == [
            ["mine", "admin", sql.replace("'", "\\'")]
        ]

    def test_show_the_format_of_the_statement(self, gateway: GatewayProcess) -> None:
        sql = "SELECT query FROM system.processes FORMAT TSVRaw"
        assert gateway.text(sql, default_format="CSV") == f"{sql}\n"

    def test_hide_what_is_the_gateways(self, gateway: GatewayProcess) -> None:
        text = gateway.text("SELECT query, Settings FROM system.processes FORMAT TSVRaw")
        assert "/proc/self/fd" not in text
        assert "query_cache_tag" not in text

    def test_show_nothing_after_the_request(self, gateway: GatewayProcess) -> None:
        gateway.text("SELECT 1", query_id="over")
        sql = "SELECT count() FROM system.processes WHERE query_id = 'over'"
        assert gateway.text(sql) == "0\n"

    def test_have_the_shape_of_the_servers(self, gateway: GatewayProcess) -> None:
        row = json.loads(gateway.text("SHOW PROCESSLIST FORMAT JSONEachRow"))
        assert row["query"] == "SHOW PROCESSLIST" or "system.processes" in row["query"]
        assert {"query_id", "user", "elapsed", "memory_usage", "Settings"} <= row.keys()


class TestQueryLog:
    def test_holds_the_request(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        gateway.text("SELECT 17", query_id=query_id, log_comment="by test")
        rows = _eventually(
            gateway,
            "SELECT type, user, result_rows, log_comment FROM system.query_log "
            f"WHERE query_id = '{query_id}' AND type != 'QueryStart'",
        )
        assert rows == [["QueryFinish", "default", "1", "by test"]]

    def test_holds_an_error(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        gateway.post("SELECT throwIf(1)", query_id=query_id)
        sql = (
            "SELECT exception_code FROM system.query_log "
            f"WHERE query_id = '{query_id}' AND exception_code != 0"
        )
        assert _eventually(gateway, sql) == [["395"]]

    def test_holds_the_session(self, gateway: GatewayProcess) -> None:
        session = uuid.uuid4().hex
        gateway.text("SELECT 1", session_id=session)
        sql = f"SELECT user FROM system.session_log WHERE session_id = '{session}'"
        assert _eventually(gateway, sql) == [["default"]]

    def test_has_no_entry_for_preparations(self, gateway: GatewayProcess) -> None:
        gateway.text("SYSTEM FLUSH LOGS")
        own = "query LIKE 'SET query_cache_tag%' OR query LIKE '%parseQueryToJSON(%'"
        shown = f"type != 'QueryStart' AND query NOT LIKE '%query_log%' AND ({own})"
        assert gateway.text(f"SELECT count() FROM system.query_log WHERE {shown}") == "0\n"

    def test_has_only_the_statement_of_a_request_in_a_session(
        self, gateway: GatewayProcess
    ) -> None:
        query_id, session = uuid.uuid4().hex, uuid.uuid4().hex
        settings = {"session_id": session, "database": "raw", "max_threads": "1"}
        gateway.text("SELECT 1", query_id=query_id, **settings)
        gateway.text("SELECT 2", **settings)
        gateway.text("SYSTEM FLUSH LOGS")
        sql = f"SELECT type, query FROM system.query_log WHERE query_id = '{query_id}'"
        assert gateway.rows(sql) == [["QueryStart", "SELECT 1"], ["QueryFinish", "SELECT 1"]]


class TestAQueryId:
    @pytest.mark.parametrize(
        "call", ["queryID()", "query_id()", "initialQueryID()", "initial_query_id( )"]
    )
    def test_is_known_to_functions(self, gateway: GatewayProcess, call: str) -> None:
        sql = f"SELECT {call}, concat({call}, '!') AS x WHERE {call} != '' FORMAT TSVWithNames"
        name = call.replace(" ", "")
        assert gateway.text(sql, query_id="it's") == f"{name}\tx\nit\\'s\tit\\'s!\n"

    def test_is_not_kept_by_views(self, gateway: GatewayProcess) -> None:
        gateway.text("CREATE OR REPLACE VIEW raw.ids AS SELECT queryID() AS id", query_id="made")
        assert gateway.text("SELECT id = 'made' FROM raw.ids") == "0\n"

    def test_in_a_string_stays(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SELECT 'queryID()'") == "queryID()\n"

    def test_is_refused_while_it_runs(self, gateway: GatewayProcess) -> None:
        arguments = {"query_id": "twice"}
        slow = threading.Thread(target=gateway.text, args=["SELECT sleep(1.5)"], kwargs=arguments)
        slow.start()
        time.sleep(0.5)
        response = gateway.post("SELECT 1", query_id="twice")
        slow.join()
        assert response.headers["x-clickhouse-exception-code"] == "216"
        assert gateway.text("SELECT 1", query_id="twice") == "1\n"


class TestTablesOfSystem:
    def test_show_a_create_statement(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SHOW CREATE TABLE system.one FORMAT TSVRaw") == (
            "CREATE TABLE system.one\n(\n    `dummy` UInt8\n)\nENGINE = SystemOne\n"
        )

    def test_show_no_row_policies(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SHOW ROW POLICIES ON default.x")
        assert (response.text, response.status_code) == ("", 200)
        assert response.headers["x-clickhouse-format"] == "TabSeparated"
