"""Two roles with passwords, and three ways to name them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.warehouse.embedded.gateway import GatewayProcess, error_code

WHO = "SELECT user FROM system.processes"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    directory: Path = tmp_path_factory.mktemp("locked") / "data"
    process = GatewayProcess(directory, admin_password="a:dmin é", reader_password="reader")
    yield process.start()
    process.stop()


def _headers(user: str, key: str) -> dict[str, str]:
    return {"X-ClickHouse-User": user, "X-ClickHouse-Key": key}


class TestCredentials:
    def test_of_basic_authentication(self, locked: GatewayProcess) -> None:
        auth = httpx.BasicAuth("admin", "a:dmin é")
        assert locked.http.post("/", content=WHO, auth=auth).text == "admin\n"

    def test_of_parameters(self, locked: GatewayProcess) -> None:
        assert locked.post(WHO, user="admin", password="a:dmin é").text == "admin\n"

    def test_of_headers(self, locked: GatewayProcess) -> None:
        assert locked.post("SELECT 1", headers=_headers("reader", "reader")).text == "1\n"

    def test_default_is_the_admin(self, locked: GatewayProcess) -> None:
        response = locked.post("CREATE DATABASE made_by_default", password="a:dmin é")
        assert response.status_code == 200

    def test_of_two_kinds_at_once_are_refused(self, locked: GatewayProcess) -> None:
        response = locked.post(
            "SELECT 1", headers=_headers("reader", "reader"), user="reader", password="reader"
        )
        assert error_code(response) == (403, 516)


class TestWrongCredentials:
    @pytest.mark.parametrize(
        "credentials",
        [
            {},
            {"user": "admin"},
            {"user": "admin", "password": ""},
            {"user": "admin", "password": "reader"},
            {"user": "reader", "password": "a:dmin é"},
            {"user": "nobody", "password": "reader"},
            {"user": "ADMIN", "password": "a:dmin é"},
        ],
    )
    def test_are_refused(self, locked: GatewayProcess, credentials: dict[str, str]) -> None:
        response = locked.http.post("/", content="SELECT 1", params=credentials)
        assert error_code(response) == (403, 516)
        assert "AUTHENTICATION_FAILED" in response.text

    @pytest.mark.parametrize("value", ["Basic", "Basic !!!", "Bearer abc", "Basic bm9ib2R5"])
    def test_in_the_header_are_refused(self, locked: GatewayProcess, value: str) -> None:
        response = locked.post("SELECT 1", headers={"Authorization": value})
        assert error_code(response) == (403, 516)

    def test_of_a_token_are_refused_in_words_that_clients_look_for(
        self, locked: GatewayProcess
    ) -> None:
        response = locked.post("SELECT 1", headers={"Authorization": "Bearer abc"})
        reason = "Invalid authentication: 'Bearer' HTTP Authorization scheme is not supported"
        assert reason in response.text

    def test_do_not_matter_to_ping(self, locked: GatewayProcess) -> None:
        assert locked.http.get("/ping", headers=_headers("nobody", "x")).text == "Ok.\n"


class TestWithoutPasswords:
    def test_naming_a_role_is_enough(self, gateway: GatewayProcess) -> None:
        assert gateway.post(WHO, user="admin").text == "admin\n"
        assert gateway.post(WHO).text == "default\n"
        assert gateway.post("SELECT 1", user="reader").text == "1\n"

    def test_an_unknown_user_stays_unknown(self, gateway: GatewayProcess) -> None:
        assert error_code(gateway.post("SELECT 1", user="nobody")) == (403, 516)


class TestADictionary:
    @pytest.mark.parametrize("user", ["admin", "default"])
    def test_signs_in_as_clients_do(self, locked: GatewayProcess, user: str) -> None:
        """dbt-clickhouse writes its own user and password into the SOURCE."""
        credentials = {"user": user, "password": "a:dmin é"}
        query = "SELECT number AS n, number + 6 AS m FROM numbers(3)"
        source = f"CLICKHOUSE(user '{user}' password 'a:dmin é' query '{query}')"
        locked.text(
            f"CREATE DICTIONARY known_to_{user} (n UInt64, m UInt64) PRIMARY KEY n "
            f"SOURCE({source}) LAYOUT(FLAT()) LIFETIME(0)",
            **credentials,
        )
        looked_up = f"SELECT dictGet('known_to_{user}', 'm', 1)"
        assert locked.text(looked_up, **credentials) == "7\n"

    def test_is_no_way_in_for_others(self, locked: GatewayProcess) -> None:
        response = locked.post("SELECT 1", user="admin", password="wrong")
        assert error_code(response) == (403, 516)
