"""Multipart requests: fields are parameters, files are tables of this query."""

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess, error_code

Files = dict[str, bytes]


def _post(gateway: GatewayProcess, fields: dict[str, str], files: Files, **parameters: str) -> str:
    multipart = {name: (name, data) for name, data in files.items()}
    # httpx sends a form only when there is a file: a field without a name for one.
    parts: dict[str, tuple[str | None, str | bytes]] = {
        **{name: (None, value) for name, value in fields.items()},
        **multipart,
    }
    response = gateway.http.post("/", params=parameters, files=parts)
    assert response.status_code == 200, response.text
    return response.text


class TestFields:
    def test_hold_the_query(self, gateway: GatewayProcess) -> None:
        assert _post(gateway, {"query": "SELECT 1 + 1"}, {}) == "2\n"

    def test_hold_parameters_and_settings(self, gateway: GatewayProcess) -> None:
        fields = {
            "query": "SELECT {n:Int32}, getSetting('max_threads')",
            "param_n": "5",
            "max_threads": "3",
            "default_format": "CSV",
        }
        assert _post(gateway, fields, {}) == "5,3\n"

    def test_win_over_the_query_string(self, gateway: GatewayProcess) -> None:
        assert _post(gateway, {"param_n": "5"}, {}, query="SELECT {n:Int32}", param_n="4") == "5\n"


class TestFiles:
    def test_are_tables_with_a_structure(self, gateway: GatewayProcess) -> None:
        text = _post(
            gateway,
            {"query": "SELECT sum(n), max(s) FROM t", "t_structure": "n Int32, s String"},
            {"t": b"1\ta\n2\tb\n"},
        )
        assert text == "3\tb\n"

    def test_are_tables_with_numbered_columns(self, gateway: GatewayProcess) -> None:
        types = "UInt8,Tuple(String, Int8)"
        text = _post(
            gateway,
            {"query": "SELECT _1, _2.2 FROM t", "t_types": types, "t_format": "JSONCompactEachRow"},
            {"t": b'[1,["a",2]]\n'},
        )
        assert text == "1\t2\n"

    def test_are_several(self, gateway: GatewayProcess) -> None:
        text = _post(
            gateway,
            {"query": "SELECT s FROM a JOIN b USING n"},
            {"a": b"1\tx\n2\ty\n", "b": b"n\n2\n"},
            a_structure="n Int32, s String",
            b_structure="n Int32",
            b_format="CSVWithNames",
        )
        assert text == "y\n"

    def test_may_be_empty(self, gateway: GatewayProcess) -> None:
        fields = {"query": "SELECT count() FROM t", "t_structure": "n Int32"}
        assert _post(gateway, fields, {"t": b""}) == "0\n"

    def test_serve_an_insert(self, gateway: GatewayProcess, table: str) -> None:
        fields = {"query": f"INSERT INTO {table} SELECT n, 'x' FROM t", "t_structure": "n Int32"}
        _post(gateway, fields, {"t": b"8\n"})
        assert gateway.rows(f"SELECT * FROM {table}") == [["8", "x"]]

    def test_are_read_with_the_settings_of_the_request(self, gateway: GatewayProcess) -> None:
        fields = {"query": "SELECT * FROM t", "t_structure": "n Int32", "t_format": "CSV"}
        settings = {"input_format_allow_errors_num": "1"}
        assert _post(gateway, fields, {"t": b"x\n1\n"}, **settings) == "1\n"

    def test_leave_settings_with_names_like_theirs(self, gateway: GatewayProcess) -> None:
        fields = {"query": "SELECT n FROM t", "t_structure": "n DateTime", "t_format": "CSV"}
        settings = {"date_time_output_format": "unix_timestamp"}
        assert _post(gateway, fields, {"t": b"1970-01-01 00:00:07\n"}, **settings) == "7\n"

    def test_are_gone_after_the_query(self, gateway: GatewayProcess) -> None:
        fields = {"query": "SELECT 1", "uploaded_structure": "n Int32"}
        _post(gateway, fields, {"uploaded": b"1\n"}, session_id="upload")
        response = gateway.post("SELECT * FROM uploaded", session_id="upload")
        assert error_code(response) == (404, 60)

    def test_without_a_structure_are_refused(self, gateway: GatewayProcess) -> None:
        response = gateway.http.post("/?query=SELECT+1", files={"t": b"1\n"})
        assert error_code(response) == (400, 36)


class TestADamagedForm:
    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("multipart/form-data", b""),
            ("multipart/form-data; boundary=x", b"--y\r\n"),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ],
    )
    def test_is_refused(self, gateway: GatewayProcess, content_type: str, body: bytes) -> None:
        response = gateway.http.post("/", content=body, headers={"Content-Type": content_type})
        assert error_code(response) == (400, 36)
