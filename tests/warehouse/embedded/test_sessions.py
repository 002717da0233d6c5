"""Sessions: what lives in one, what never leaves it, and who may use it when."""

import threading
import time
import uuid

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess, error_code


@pytest.fixture
def session() -> str:
    return uuid.uuid4().hex


class TestASession:
    def test_keeps_temporary_tables(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("CREATE TEMPORARY TABLE kept (n Int8)", session_id=session)
        gateway.text("INSERT INTO kept VALUES (7)", session_id=session)
        assert gateway.text("SELECT n FROM kept", session_id=session) == "7\n"

    def test_keeps_settings(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("SET max_threads = 5", session_id=session)
        assert gateway.text("SELECT getSetting('max_threads')", session_id=session) == "5\n"

    def test_keeps_the_database(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("USE raw", session_id=session)
        assert gateway.text("SELECT currentDatabase()", session_id=session) == "raw\n"

    def test_keeps_settings_of_a_request_out(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("SET max_threads = 5", session_id=session)
        sql = "SELECT getSetting('max_threads')"
        assert gateway.text(sql, session_id=session, max_threads=9) == "9\n"
        assert gateway.text(sql, session_id=session) == "5\n"

    @pytest.mark.parametrize("statement", ["SET max_threads = 5", "/* five */ set max_threads=5"])
    def test_keeps_settings_that_come_after_those_of_a_request(
        self, gateway: GatewayProcess, session: str, statement: str
    ) -> None:
        sql = "SELECT getSetting('max_threads')"
        assert gateway.text(sql, session_id=session, max_threads=9) == "9\n"
        gateway.text(statement, session_id=session)
        assert gateway.text(sql, session_id=session, max_threads=9, max_block_size=7) == "9\n"
        assert gateway.text(sql, session_id=session) == "5\n"

    def test_keeps_a_database_that_comes_after_that_of_a_request(
        self, gateway: GatewayProcess, session: str
    ) -> None:
        sql = "SELECT currentDatabase()"
        assert gateway.text(sql, session_id=session, database="raw") == "raw\n"
        gateway.text("USE system", session_id=session)
        assert gateway.text(sql, session_id=session, database="raw") == "raw\n"
        assert gateway.text(sql, session_id=session) == "system\n"

    def test_restores_settings_after_an_error(self, gateway: GatewayProcess, session: str) -> None:
        gateway.post("SELECT throwIf(1)", session_id=session, max_block_size=9)
        text = gateway.text("SELECT getSetting('max_block_size')", session_id=session)
        assert text == "65409\n"

    def test_keeps_the_database_of_a_request_out(
        self, gateway: GatewayProcess, session: str
    ) -> None:
        sql = "SELECT currentDatabase()"
        assert gateway.text(sql, session_id=session, database="raw") == "raw\n"
        assert gateway.text(sql, session_id=session) == "default\n"

    def test_is_closed_on_request(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("SELECT 1", session_id=session, close_session=1)
        response = gateway.post("SELECT 1", session_id=session, session_check=1)
        assert error_code(response) == (500, 372)


class TestNothingLeaks:
    def test_to_requests_without_a_session(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("CREATE TEMPORARY TABLE hidden (n Int8)", session_id=session)
        assert error_code(gateway.post("SELECT * FROM hidden")) == (404, 60)

    def test_to_other_sessions(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("CREATE TEMPORARY TABLE hidden (n Int8)", session_id=session)
        response = gateway.post("SELECT * FROM hidden", session_id=uuid.uuid4().hex)
        assert error_code(response) == (404, 60)

    def test_to_the_same_id_of_another_user(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("SET max_threads = 5", session_id=session)
        response = gateway.post(
            "SELECT getSetting('max_threads')", session_id=session, user="reader"
        )
        assert response.text != "5\n"

    def test_from_requests_that_create_temporary_tables(self, gateway: GatewayProcess) -> None:
        gateway.text("CREATE TEMPORARY TABLE gone (n Int8)")
        for _ in range(20):
            assert error_code(gateway.post("SELECT * FROM gone")) == (404, 60)


class TestALockedSession:
    def test_refuses_a_concurrent_query(self, gateway: GatewayProcess, session: str) -> None:
        slow = threading.Thread(
            target=gateway.text, args=["SELECT sleep(2)"], kwargs={"session_id": session}
        )
        slow.start()
        time.sleep(0.7)
        response = gateway.post("SELECT 1", session_id=session)
        slow.join()
        assert error_code(response) == (500, 373)
        assert "SESSION_IS_LOCKED" in response.text

    def test_is_free_again_afterwards(self, gateway: GatewayProcess, session: str) -> None:
        gateway.post("SELECT throwIf(1)", session_id=session)
        assert gateway.text("SELECT 1", session_id=session) == "1\n"


class TestTheTimeoutOfASession:
    def test_ends_it(self, gateway: GatewayProcess, session: str) -> None:
        gateway.text("SELECT 1", session_id=session, session_timeout=1)
        again = {"session_id": session, "session_check": 1, "session_timeout": 1}
        assert gateway.text("SELECT 2", **again) == "2\n"
        time.sleep(1.3)
        response = gateway.post("SELECT 1", session_id=session, session_check=1)
        assert error_code(response) == (500, 372)

    @pytest.mark.parametrize("timeout", ["3601", "soon", "-1"])
    def test_has_a_limit(self, gateway: GatewayProcess, session: str, timeout: str) -> None:
        response = gateway.post("SELECT 1", session_id=session, session_timeout=timeout)
        assert error_code(response) == (500, 374)

    def test_checks_an_unknown_session(self, gateway: GatewayProcess, session: str) -> None:
        response = gateway.post("SELECT 1", session_id=session, session_check=1)
        assert error_code(response) == (500, 372)
