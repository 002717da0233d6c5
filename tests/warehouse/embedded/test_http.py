"""The interface over plain HTTP: paths, methods, parameters, headers, status codes."""

import json
import uuid

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess, error_code


class TestPaths:
    def test_ping_answers_ok(self, gateway: GatewayProcess) -> None:
        assert gateway.http.get("/ping").text == "Ok.\n"

    def test_the_root_without_a_query_answers_ok(self, gateway: GatewayProcess) -> None:
        assert gateway.http.get("/").text == "Ok.\n"

    def test_an_unknown_path_is_not_found(self, gateway: GatewayProcess) -> None:
        response = gateway.http.get("/play.html")
        assert (response.status_code, response.text) == (404, "There is no handle /play.html\n")

    def test_an_unknown_method_is_not_supported(self, gateway: GatewayProcess) -> None:
        assert gateway.http.delete("/?query=SELECT+1").status_code == 501


class TestQueryText:
    def test_comes_in_the_body(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SELECT 1 + 1") == "2\n"

    def test_comes_in_a_parameter_of_get(self, gateway: GatewayProcess) -> None:
        assert gateway.http.get("/", params={"query": "SELECT 1 + 1"}).text == "2\n"

    def test_of_parameter_and_body_is_one_text(self, gateway: GatewayProcess) -> None:
        assert gateway.post("+ 1", query="SELECT 1").text == "2\n"

    def test_may_end_in_semicolons_and_comments(self, gateway: GatewayProcess) -> None:
        for sql in ("SELECT 13;", "SELECT 13; /* a; */ ;", "SELECT 13\u00a0-- b", "SELECT 13 // c"):
            assert gateway.text(sql) == "13\n"

    def test_of_nothing_is_a_syntax_error(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("  ")) == (400, 62)

    @pytest.mark.parametrize(
        "sql", ["SELECT 1; SELECT 2", "SELECT 1; DROP TABLE x", "SELECT 1;;SELECT 2"]
    )
    def test_of_two_statements_is_refused(self, gateway: GatewayProcess, sql: str) -> None:
        response = gateway.post(sql)
        assert error_code(response) == (400, 62)
        assert "Multi-statements are not allowed" in response.text


class TestReadOnlyGet:
    def test_reads(self, gateway: GatewayProcess) -> None:
        for sql in ("SELECT 1", "SHOW DATABASES", "DESCRIBE system.one", "EXISTS system.one"):
            assert gateway.http.get("/", params={"query": sql}).status_code == 200

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO {table} VALUES (1, 'a')",
            "INSERT INTO {table} SELECT 1, 'a'",
            "WITH 1 AS one INSERT INTO {table} SELECT one, 'a'",
            "DROP TABLE {table}",
            "TRUNCATE TABLE {table}",
            "ALTER TABLE {table} DELETE WHERE 1",
            "KILL QUERY WHERE 1",
            "SYSTEM STOP MERGES",
        ],
    )
    def test_does_not_write(self, gateway: GatewayProcess, table: str, sql: str) -> None:
        response = gateway.http.get("/", params={"query": sql.format(table=table)})
        assert error_code(response) == (500, 164)
        assert gateway.text(f"SELECT count() FROM {table}") == "0\n"

    def test_head_gives_the_headers_alone(self, gateway: GatewayProcess) -> None:
        response = gateway.http.head("/", params={"query": "SELECT 1"})
        assert (response.headers["x-clickhouse-format"], response.content) == ("TabSeparated", b"")


class TestFormat:
    def test_of_the_statement_wins(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1 AS n FORMAT CSV", default_format="JSON")
        assert (response.text, response.headers["x-clickhouse-format"]) == ("1\n", "CSV")
        assert response.headers["content-type"] == "text/csv; charset=UTF-8; header=absent"

    def test_of_the_parameter(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1 AS n", default_format="JSONEachRow")
        assert (response.text, response.headers["x-clickhouse-format"]) == (
            '{"n":1}\n',
            "JSONEachRow",
        )

    def test_of_the_header(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1 AS n", headers={"X-ClickHouse-Format": "TSVWithNames"})
        assert response.text == "n\n1\n"

    def test_before_settings(self, gateway: GatewayProcess) -> None:
        sql = "SELECT 1 AS n FORMAT TSVWithNames SETTINGS max_threads = 1"
        assert gateway.text(sql) == "n\n1\n"

    def test_is_absent_without_a_result_set(self, gateway: GatewayProcess, table: str) -> None:
        insert = f"INSERT INTO {table} SELECT 1, 'a'"
        for sql in (insert, "SET max_threads = 1", "SYSTEM FLUSH LOGS"):
            assert "x-clickhouse-format" not in gateway.post(sql).headers

    def test_is_present_with_an_empty_result_set(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1 WHERE 0")
        assert (response.text, response.headers["x-clickhouse-format"]) == ("", "TabSeparated")

    def test_unknown_is_not_found(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("SELECT 1 FORMAT Nonsense")) == (404, 73)

    @pytest.mark.parametrize(
        "statement", ["SHOW DATABASES", "EXISTS system.one", "EXPLAIN SELECT 1"]
    )
    def test_applies_to_every_statement_with_rows(
        self, gateway: GatewayProcess, statement: str
    ) -> None:
        assert json.loads(gateway.text(statement, default_format="JSON"))["rows"] >= 1


class TestParameters:
    def test_become_typed_values(self, gateway: GatewayProcess) -> None:
        sql = "SELECT {n:Int32} + 1, {s:String}, {list:Array(String)}, {none:Nullable(Int8)}"
        row = gateway.rows(sql, param_n=5, param_s="it's", param_list="['a','b']", param_none="\\N")
        assert row == [["6", "it\\'s", "['a','b']", "\\N"]]

    def test_escapes_are_those_of_tab_separated_text(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SELECT hex({s:String})", param_s="a\\tb") == "610962\n"

    def test_name_tables(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text("INSERT INTO {t:Identifier} VALUES (1, 'a')", param_t=table)
        assert gateway.rows("SELECT * FROM {t:Identifier}", param_t=table) == [["1", "a"]]

    def test_missing_is_told(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT {n:Int32}")
        assert error_code(response) == (500, 456)
        assert "Substitution `n` is not set" in response.text

    def test_a_wrong_value_is_told(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("SELECT {n:Int32}", param_n="x")) == (500, 457)


class TestSettings:
    def test_apply_to_the_request(self, gateway: GatewayProcess) -> None:
        sql = "SELECT getSetting('max_threads')"
        assert gateway.text(sql, max_threads=7) == "7\n"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("date_time_output_format", "iso"),
            ("allow_suspicious_low_cardinality_types", "1"),
        ],
    )
    def test_may_end_like_the_fields_of_an_upload(
        self, gateway: GatewayProcess, name: str, value: str
    ) -> None:
        sql = f"SELECT value FROM system.settings WHERE name = '{name}'"
        assert gateway.text(sql, **{name: value}) == f"{value}\n"

    def test_a_role_is_not_known(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("SELECT 1", role="nobody")) == (404, 511)

    def test_do_not_outlive_it(self, gateway: GatewayProcess) -> None:
        for _ in range(20):
            gateway.text("SET max_block_size = 3")
        assert gateway.text("SELECT getSetting('max_block_size')") == "65409\n"

    def test_unknown_is_not_found(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT 1", max_thread=1)
        assert error_code(response) == (404, 115)
        assert "max_threads" in response.text

    def test_a_wrong_value_is_refused(self, gateway: GatewayProcess) -> None:
        assert gateway.post("SELECT 1", max_threads="many").status_code in (400, 500)

    def test_inserts_are_synchronous_unless_asked(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SELECT getSetting('async_insert')") == "false\n"


class TestDatabase:
    def test_of_the_parameter(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SELECT currentDatabase()", database="raw") == "raw\n"

    def test_of_the_header(self, gateway: GatewayProcess) -> None:
        headers = {"X-ClickHouse-Database": "raw"}
        response = gateway.post("SELECT currentDatabase()", headers=headers)
        assert response.text == "raw\n"

    def test_is_default_otherwise(self, gateway: GatewayProcess) -> None:
        gateway.text("USE raw")
        assert gateway.text("SELECT currentDatabase()") == "default\n"

    def test_unknown_is_not_found(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("SELECT 1", database="nowhere")) == (404, 81)


class TestResponseHeaders:
    def test_give_the_query_id_of_the_request(self, gateway: GatewayProcess) -> None:
        query_id = uuid.uuid4().hex
        response = gateway.post("SELECT 1", query_id=query_id)
        assert response.headers["x-clickhouse-query-id"] == query_id

    def test_give_a_new_query_id_otherwise(self, gateway: GatewayProcess) -> None:
        ids = {gateway.post("SELECT 1").headers["x-clickhouse-query-id"] for _ in range(3)}
        assert len({uuid.UUID(each) for each in ids}) == 3

    def test_give_the_time_zone_and_the_name(self, gateway: GatewayProcess) -> None:
        headers = gateway.post("SELECT 1").headers
        assert headers["x-clickhouse-timezone"] == "UTC"
        assert headers["x-clickhouse-server-display-name"] == "embedded"

    def test_summarise_a_read(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT count() FROM numbers(1000) GROUP BY number % 10")
        summary = json.loads(response.headers["x-clickhouse-summary"])
        assert (summary["read_rows"], summary["read_bytes"]) == ("1000", "8000")
        assert (summary["result_rows"], summary["written_rows"]) == ("10", "0")
        assert int(summary["elapsed_ns"]) > 0

    def test_summarise_a_streamed_read(self, gateway: GatewayProcess) -> None:
        """Most of the rows are read after the block of the last row of the result."""
        response = gateway.post(
            "SELECT number FROM numbers(1000000) WHERE number % 100000 = 7",
            client_protocol_version=54405,
            default_format="Native",
            max_block_size=1000,
            wait_end_of_query=1,
        )
        summary = json.loads(response.headers["x-clickhouse-summary"])
        assert (summary["read_rows"], summary["total_rows_to_read"]) == ("1000000", "1000000")
        assert summary["result_rows"] == "10"

    def test_summarise_a_write(self, gateway: GatewayProcess, table: str) -> None:
        response = gateway.post(f"INSERT INTO {table} SELECT number, '' FROM numbers(50)")
        summary = json.loads(response.headers["x-clickhouse-summary"])
        assert (summary["read_rows"], summary["written_rows"]) == ("50", "50")


class TestErrors:
    @pytest.mark.parametrize(
        ("sql", "status", "code", "name"),
        [
            ("SELEC 1", 400, 62, "SYNTAX_ERROR"),
            ("SELECT * FROM nowhere.t", 404, 81, "UNKNOWN_DATABASE"),
            ("SELECT * FROM nothing", 404, 60, "UNKNOWN_TABLE"),
            ("SELECT nothing", 404, 47, "UNKNOWN_IDENTIFIER"),
            ("SELECT nosuch()", 404, 46, "UNKNOWN_FUNCTION"),
            ("SELECT 1 + 'a'", 500, 43, "ILLEGAL_TYPE_OF_ARGUMENT"),
            ("SELECT toInt32('a')", 400, 6, "CANNOT_PARSE_TEXT"),
            ("SELECT throwIf(1)", 500, 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ],
    )
    def test_carry_status_code_name_and_version(
        self, gateway: GatewayProcess, sql: str, status: int, code: int, name: str
    ) -> None:
        response = gateway.post(sql)
        assert error_code(response) == (status, code)
        assert response.text.startswith(f"Code: {code}. DB::Exception: ")
        assert response.text.endswith(f" ({name}) (version 26.9.2.1 (official build))\n")
        assert "x-clickhouse-format" not in response.headers

    def test_a_slow_query_meets_its_time_limit(self, gateway: GatewayProcess) -> None:
        response = gateway.post(
            "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(cityHash64(number))",
            max_execution_time=1,
        )
        assert error_code(response) == (408, 159)

    def test_into_outfile_is_not_allowed(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("SELECT 1 INTO OUTFILE '/tmp/x'"))[1] == 185
