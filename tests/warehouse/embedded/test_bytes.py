"""SQL is bytes: identifiers beyond ASCII, literals that are not UTF-8."""

from urllib.parse import quote_from_bytes

from tests.warehouse.embedded.gateway import GatewayProcess, error_code


class TestBytes:
    def test_name_databases_tables_and_columns(self, gateway: GatewayProcess) -> None:
        gateway.text("CREATE DATABASE `größe`")
        gateway.text("CREATE TABLE `größe`.`таблица` (`列` Int8) ENGINE = Memory")
        gateway.text("INSERT INTO `таблица` (`列`) VALUES (7)", database="größe")
        assert gateway.text("SELECT `列` FROM `таблица`", database="größe") == "7\n"
        gateway.text("DROP DATABASE `größe`")

    def test_of_a_literal_pass_unchanged(self, gateway: GatewayProcess) -> None:
        response = gateway.post(b"SELECT '\xff\x00\xfe', hex('\xff\x00\xfe') FORMAT TSVRaw")
        assert response.content == b"\xff\x00\xfe\tFF00FE\n"

    def test_of_the_query_parameter_pass_unchanged(self, gateway: GatewayProcess) -> None:
        response = gateway.http.post("/?query=" + quote_from_bytes(b"SELECT hex('\xff')"))
        assert response.text == "FF\n"

    def test_of_a_parameter_pass_unchanged(self, gateway: GatewayProcess) -> None:
        response = gateway.http.post("/?param_s=%FF", content="SELECT hex({s:String})")
        assert response.text == "FF\n"

    def test_of_inserted_data_pass_unchanged(self, gateway: GatewayProcess, table: str) -> None:
        gateway.text(f"INSERT INTO {table} VALUES (1, '".encode() + b"\xff')")
        assert gateway.text(f"SELECT hex(s) FROM {table}") == "FF\n"

    def test_in_an_error_are_shown(self, gateway: GatewayProcess) -> None:
        response = gateway.post("SELECT `größe` FROM system.one")
        assert error_code(response) == (404, 47)
        assert "größe" in response.text

    def test_that_are_not_utf8_in_an_error_are_replaced(self, gateway: GatewayProcess) -> None:
        response = gateway.post(b"SELECT '\xff' + 1")
        assert error_code(response) == (500, 43)
        assert "'\ufffd' + 1" in response.text

    def test_of_typographic_quotes_are_quotes(self, gateway: GatewayProcess) -> None:
        assert gateway.text("SELECT \u2018a; FORMAT x\u2019") == "a; FORMAT x\n"
