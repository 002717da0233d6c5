"""The reader role: what it reads, and every way out that it does not have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.warehouse.embedded.gateway import GatewayProcess, error_code


@pytest.fixture(scope="module")
def marts(gateway: GatewayProcess) -> Iterator[GatewayProcess]:
    """`analytics.visits`, which the reader may read, and `raw.secrets`, which it may not."""
    gateway.text("CREATE TABLE analytics.visits (n Int32, s String) ENGINE = MergeTree ORDER BY n")
    gateway.text("CREATE TABLE raw.secrets (secret String) ENGINE = MergeTree ORDER BY secret")
    gateway.text("INSERT INTO analytics.visits VALUES (1, 'a'), (2, 'b')")
    gateway.text("INSERT INTO raw.secrets VALUES ('hush')")
    yield gateway
    gateway.text("DROP TABLE analytics.visits")
    gateway.text("DROP TABLE raw.secrets")


def _post(gateway: GatewayProcess, sql: str | bytes, **parameters: Any) -> httpx.Response:
    return gateway.post(sql, user="reader", **parameters)


class TestTheReaderReads:
    @pytest.mark.parametrize(
        ("sql", "text"),
        [
            ("SELECT sum(n) FROM analytics.visits", "3\n"),
            ("SELECT s FROM analytics.visits ORDER BY n LIMIT 1", "a\n"),
            ("WITH v AS (SELECT * FROM analytics.visits) SELECT count() FROM v", "2\n"),
            ("SELECT count() FROM analytics.visits AS a JOIN analytics.visits AS b USING n", "2\n"),
            ("SELECT 1 IN (SELECT n FROM analytics.visits)", "1\n"),
            ("SELECT number FROM numbers(2)", "0\n1\n"),
            ("SELECT n FROM analytics.visits WHERE n = 2 FORMAT JSONEachRow", '{"n":2}\n'),
            ("EXISTS TABLE analytics.visits", "1\n"),
            ("SELECT version()", "26.9.2.1\n"),
        ],
    )
    def test_documented_tables(self, marts: GatewayProcess, sql: str, text: str) -> None:
        assert _post(marts, sql).text == text

    def test_of_the_current_database(self, marts: GatewayProcess) -> None:
        assert _post(marts, "SELECT count() FROM visits", database="analytics").text == "2\n"
        text = _post(marts, "DESCRIBE visits FORMAT TSV", database="analytics").text
        assert [line.split("\t")[:2] for line in text.splitlines()] == [
            ["n", "Int32"],
            ["s", "String"],
        ]

    def test_with_typed_parameters(self, marts: GatewayProcess) -> None:
        sql = "SELECT s FROM analytics.visits WHERE n = {n:Int32}"
        assert _post(marts, sql, param_n=2).text == "b\n"

    def test_uploaded_files(self, marts: GatewayProcess) -> None:
        response = marts.http.post(
            "/",
            params={"user": "reader", "t_structure": "n Int32"},
            data={"query": "SELECT s FROM analytics.visits JOIN t USING n"},
            files={"t": b"2\n"},
        )
        assert response.text == "b\n"


class TestTheReaderSeesMetadata:
    @pytest.mark.parametrize(
        ("sql", "text"),
        [
            ("SHOW DATABASES", "analytics\n"),
            ("SELECT name FROM system.databases", "analytics\n"),
            ("SHOW TABLES FROM analytics", "visits\n"),
            ("SHOW TABLES IN analytics LIKE 'v%'", "visits\n"),
            ("SHOW TABLES FROM raw", ""),
            ("SELECT database, name FROM system.tables", "analytics\tvisits\n"),
            ("SELECT tables.name FROM system.tables", "visits\n"),
            ("SELECT DISTINCT database FROM system.columns", "analytics\n"),
            ("SELECT count() FROM system.tables WHERE database = 'raw'", "0\n"),
        ],
    )
    def test_of_documented_databases_only(self, marts: GatewayProcess, sql: str, text: str) -> None:
        assert _post(marts, sql).text == text

    def test_also_as_the_current_database(self, marts: GatewayProcess) -> None:
        response = _post(marts, "SELECT name FROM tables", database="system")
        assert response.text == "visits\n"


class TestTheReaderIsRefused:
    @pytest.mark.parametrize(
        "sql",
        [
            # other tables, by every spelling
            "SELECT * FROM raw.secrets",
            "SELECT * FROM `raw`.`secrets`",
            'SELECT * FROM "raw"."secrets"',
            "SELECT * FROM analytics.visits, raw.secrets",
            "SELECT 1 IN raw.secrets",
            "SELECT (SELECT secret FROM raw.secrets)",
            "SELECT 1 WHERE EXISTS (SELECT * FROM raw.secrets)",
            "WITH x AS (SELECT * FROM raw.secrets) SELECT * FROM x",
            "SELECT 1 UNION ALL SELECT secret FROM raw.secrets",
            "EXPLAIN SELECT * FROM raw.secrets",
            "DESCRIBE raw.secrets",
            "DESCRIBE (SELECT * FROM raw.secrets)",
            "EXISTS raw.secrets",
            "SHOW CREATE TABLE raw.secrets",
            "SELECT * FROM {t:Identifier}",
            # functions and tables that reach out
            "SELECT * FROM file('/etc/passwd', 'LineAsString')",
            "SELECT file('/etc/passwd')",
            "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
            "SELECT * FROM s3('http://127.0.0.1/x', 'CSV')",
            "SELECT * FROM remote('127.0.0.1', raw, secrets)",
            "SELECT * FROM merge('raw', '.*')",
            "SELECT * FROM cluster('default', raw.secrets)",
            "SELECT * FROM python('open')",
            "SELECT * FROM executable('id', 'TSV', 'x String')",
            "SELECT * FROM mysql('127.0.0.1:3306', 'a', 'b', 'c', 'd')",
            "SELECT * FROM input('x String')",
            "SELECT * FROM view(SELECT * FROM raw.secrets)",
            "SELECT joinGet('raw.secrets', 'secret', 1)",
            "SELECT dictGet('raw.d', 'x', 1)",
            "SELECT hasColumnInTable('raw', 'secrets', 'secret')",
            "SELECT sleep(3)",
            # system tables that hold statements or data
            "SELECT query FROM system.query_log",
            "SELECT query FROM system.processes",
            "SELECT * FROM system.gateway_processes",
            "SELECT * FROM system.parts",
            "SELECT * FROM system.reader_tables",
            "SELECT * FROM information_schema.tables",
            "SHOW PROCESSLIST",
            # clauses
            "SELECT 1 INTO OUTFILE '/tmp/reader'",
            "SELECT 1 SETTINGS readonly = 0",
            "SELECT * SETTINGS implicit_table_at_top_level = 'raw.secrets'",
            "SELECT 1; SELECT 2",
            # statements
            "INSERT INTO analytics.visits SELECT 3, 'c'",
            "INSERT INTO analytics.visits VALUES (3, 'c')",
            "INSERT INTO FUNCTION file('/tmp/x') SELECT 1",
            "DROP TABLE analytics.visits",
            "CREATE TABLE analytics.x (n Int8) ENGINE = Memory",
            "CREATE TEMPORARY TABLE x (n Int8)",
            "ALTER TABLE analytics.visits DELETE WHERE 1",
            "TRUNCATE TABLE analytics.visits",
            "OPTIMIZE TABLE analytics.visits",
            "SET readonly = 0",
            "USE raw",
            "KILL QUERY WHERE 1",
            "SYSTEM SHUTDOWN",
            "BACKUP TABLE raw.secrets TO Disk('x', 'y')",
            "ATTACH TABLE raw.x",
        ],
    )
    def test_everything_else(self, marts: GatewayProcess, sql: str) -> None:
        response = _post(marts, sql)
        assert response.status_code in (400, 403, 500)
        assert "hush" not in response.text
        code = response.headers["x-clickhouse-exception-code"]
        assert code in {"497", "62", "185", "456"}, response.text
        assert marts.text("SELECT count() FROM analytics.visits") == "2\n"

    def test_a_setting_that_is_not_on_its_list(self, marts: GatewayProcess) -> None:
        for setting, value in (
            ("readonly", "0"),
            ("dialect", "kusto"),
            ("implicit_table_at_top_level", "raw.secrets"),
            ("additional_table_filters", "{}"),
            ("format_schema", "/etc/passwd"),
            ("format_template_row", "/etc/passwd"),
        ):
            response = _post(marts, "SELECT 1", **{setting: value})
            assert error_code(response) == (500, 452), setting

    def test_a_limit_above_its_own(self, marts: GatewayProcess) -> None:
        assert error_code(_post(marts, "SELECT 1", max_execution_time=61)) == (500, 452)
        assert error_code(_post(marts, "SELECT 1", max_memory_usage=0)) == (500, 452)
        assert _post(marts, "SELECT 1", max_execution_time=5).text == "1\n"

    @pytest.mark.parametrize(
        "structure",
        [
            "n String DEFAULT file('/etc/passwd')",
            "n Int8) ENGINE = File(CSV, '/etc/passwd'",
            "n Int8) ENGINE = Memory AS SELECT * FROM raw.secrets --",
            "n String MATERIALIZED (SELECT secret FROM raw.secrets)",
        ],
    )
    def test_an_uploaded_file_with_expressions(self, marts: GatewayProcess, structure: str) -> None:
        response = marts.http.post(
            "/",
            params={"user": "reader", "t_structure": structure},
            data={"query": "SELECT * FROM t"},
            files={"t": b"1\n"},
        )
        assert response.status_code == 400, response.text

    def test_a_temporary_table_named_like_another(self, marts: GatewayProcess) -> None:
        response = marts.http.post(
            "/",
            params={"user": "reader", "secrets_structure": "n Int32", "database": "raw"},
            data={"query": "SELECT * FROM raw.secrets"},
            files={"secrets": b"1\n"},
        )
        assert error_code(response) == (403, 497)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    directory: Path = tmp_path_factory.mktemp("limited") / "data"
    options = (
        *("--reader-seconds", "1"),
        *("--reader-memory-bytes", "100000000"),
        *("--reader-rows-read", "5000000000"),
        *("--reader-result-rows", "1000"),
    )
    process = GatewayProcess(directory, *options).start()
    yield process
    process.stop()


class TestTheReadersLimits:
    def test_stop_a_long_statement(self, limited: GatewayProcess) -> None:
        sql = "SELECT count() FROM numbers(4000000000) WHERE sin(number) > 2"
        assert error_code(_post(limited, sql)) == (408, 159)

    def test_stop_a_large_state(self, limited: GatewayProcess) -> None:
        sql = "SELECT length(groupArray(number)) FROM numbers(100000000)"
        assert error_code(_post(limited, sql)) == (500, 241)

    def test_stop_a_large_read(self, limited: GatewayProcess) -> None:
        assert error_code(_post(limited, "SELECT count() FROM numbers(6000000000)"))[1] == 158

    def test_stop_a_large_result(self, limited: GatewayProcess) -> None:
        assert error_code(_post(limited, "SELECT number FROM numbers(1001)"))[1] == 396

    def test_do_not_bind_the_admin(self, limited: GatewayProcess) -> None:
        assert limited.text("SELECT count() FROM (SELECT number FROM numbers(1001))") == "1001\n"
        assert len(limited.text("SELECT number FROM numbers(1001)").splitlines()) == 1001
