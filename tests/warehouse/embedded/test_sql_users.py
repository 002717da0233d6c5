"""Users and grants that SQL made: they are recorded, shown and kept, and nobody can sign in."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from tests.warehouse.embedded.gateway import GatewayProcess, error_code
from warehouse.embedded.access_statements import (
    AccessStatement,
    CreateUsers,
    DropUsers,
    Grant,
    Privilege,
    Revoke,
    changes_access,
    parse,
)

SELECT = Privilege("SELECT", "d", "t")


class TestStatements:
    @pytest.mark.parametrize(
        ("canonical", "statement"),
        [
            (
                "CREATE USER IF NOT EXISTS u, `v w` IDENTIFIED WITH sha256_hash BY 'ff'",
                CreateUsers(("u", "v w"), if_not_exists=True, or_replace=False),
            ),
            ("CREATE USER 'v w' HOST ANY", CreateUsers(("v w",), False, False)),
            ("CREATE USER OR REPLACE u", CreateUsers(("u",), False, True)),
            ("DROP USER IF EXISTS u, v", DropUsers(("u", "v"), True)),
            ("GRANT SELECT ON d.t TO u", Grant((SELECT,), ("u",), False)),
            ("GRANT SELECT ON t TO u", Grant((Privilege("SELECT", "now", "t"),), ("u",), False)),
            (
                "GRANT SELECT(a, b), ALTER UPDATE ON d.t, INSERT ON e.* TO u WITH GRANT OPTION",
                Grant(
                    (
                        Privilege("SELECT", "d", "t", "a"),
                        Privilege("SELECT", "d", "t", "b"),
                        Privilege("ALTER UPDATE", "d", "t"),
                        Privilege("INSERT", "e", None),
                    ),
                    ("u",),
                    True,
                ),
            ),
            ("REVOKE ALL ON *.* FROM u, v", Revoke((Privilege("ALL", None, None),), ("u", "v"))),
        ],
    )
    def test_are_taken_apart(self, canonical: str, statement: AccessStatement) -> None:
        assert changes_access(canonical.encode())
        assert parse(canonical.encode(), "now") == statement

    @pytest.mark.parametrize(
        "canonical",
        [
            "GRANT r TO u",
            "GRANT ON CLUSTER c SELECT ON d.t TO u",
            "GRANT SELECT ON d.t TO CURRENT_USER",
            "GRANT SELECT ON d*.* TO u",
            "REVOKE GRANT OPTION FOR SELECT ON d.t FROM u",
            "REVOKE SELECT ON d.t FROM ALL EXCEPT u",
            "CREATE USER u ON CLUSTER c",
            "DROP USER u ON CLUSTER c",
        ],
    )
    def test_of_other_forms_are_left_to_the_engine(self, canonical: str) -> None:
        assert parse(canonical.encode(), "now") is None

    @pytest.mark.parametrize("sql", ["CREATE TABLE user (n Int8)", "DROP TABLE user", "SELECT 1"])
    def test_on_other_things_are_not_meant(self, sql: str) -> None:
        assert not changes_access(sql.encode())


@pytest.fixture
def user(gateway: GatewayProcess) -> Iterator[str]:
    name = f"user_{uuid4().hex[:8]}"
    gateway.text(f"CREATE USER {name} IDENTIFIED WITH sha256_password BY 'secret'")
    yield name
    gateway.text(f"DROP USER IF EXISTS {name}")


def _grants(gateway: GatewayProcess, user: str) -> list[list[str]]:
    shown = "toString(access_type), database, table, column, grant_option"
    return gateway.rows(
        f"SELECT {shown} FROM system.grants WHERE user_name = '{user}' ORDER BY ALL"
    )


class TestAUser:
    def test_is_shown(self, gateway: GatewayProcess, user: str) -> None:
        sql = f"SELECT storage, auth_type FROM system.users WHERE name = '{user}'"
        assert gateway.rows(sql) == [["gateway", "['no_authentication']"]]
        shown = gateway.rows("SHOW USERS")
        assert shown == sorted(shown)
        assert [user] in shown
        assert ["admin"] in shown

    def test_cannot_sign_in(self, gateway: GatewayProcess, user: str) -> None:
        response = gateway.post("SELECT 1", user=user, password="secret")
        assert error_code(response) == (403, 516)

    def test_is_made_once(self, gateway: GatewayProcess, user: str) -> None:
        assert error_code(gateway.post(f"CREATE USER {user}")) == (500, 493)
        assert gateway.text(f"CREATE USER IF NOT EXISTS {user}") == ""
        assert gateway.rows(f"SELECT count() FROM system.users WHERE name = '{user}'") == [["1"]]

    def test_is_dropped_once(self, gateway: GatewayProcess, user: str) -> None:
        gateway.text(f"GRANT SELECT ON analytics.* TO {user}")
        gateway.text(f"DROP USER {user}")
        assert _grants(gateway, user) == []
        assert error_code(gateway.post(f"DROP USER {user}")) == (403, 192)

    @pytest.mark.parametrize("name", ["admin", "default", "reader"])
    def test_of_the_gateway_stays_as_it_is(self, gateway: GatewayProcess, name: str) -> None:
        assert error_code(gateway.post(f"CREATE USER {name}")) == (500, 493)
        assert error_code(gateway.post(f"DROP USER {name}")) == (500, 495)
        assert error_code(gateway.post(f"GRANT SELECT ON raw.* TO {name}")) == (500, 495)

    def test_is_not_for_the_reader_to_make(self, gateway: GatewayProcess) -> None:
        response = gateway.post("CREATE USER mine", user="reader")
        assert error_code(response) == (403, 497)
        assert error_code(gateway.post("SELECT * FROM system.users", user="reader")) == (403, 497)


class TestAGrant:
    def test_is_shown_until_it_is_revoked(self, gateway: GatewayProcess, user: str) -> None:
        gateway.text(f"/* dbt */ grant select, insert on `analytics`.`t` to {user};")
        gateway.text(f"GRANT SELECT(a) ON u TO {user} WITH GRANT OPTION", database="raw")
        inserted = ["INSERT", "analytics", "t", "\\N", "0"]
        selected = ["SELECT", "analytics", "t", "\\N", "0"]
        of_a_column = ["SELECT", "raw", "u", "a", "1"]
        assert _grants(gateway, user) == [inserted, selected, of_a_column]
        gateway.text(f"REVOKE SELECT ON analytics.t FROM {user}")
        assert _grants(gateway, user) == [inserted, of_a_column]
        gateway.text(f"REVOKE ALL ON *.* FROM {user}")
        assert _grants(gateway, user) == []

    def test_to_nobody_is_refused(self, gateway: GatewayProcess) -> None:
        response = gateway.post("GRANT SELECT ON analytics.t TO nobody")
        assert error_code(response) == (404, 511)
        assert "There is no role `nobody` in `user directories`" in response.text

    def test_of_an_unknown_privilege_is_refused(self, gateway: GatewayProcess, user: str) -> None:
        assert error_code(gateway.post(f"GRANT sing ON analytics.t TO {user}")) == (400, 62)

    def test_of_a_role_is_refused(self, gateway: GatewayProcess, user: str) -> None:
        assert error_code(gateway.post(f"GRANT role TO {user}"))[1] == 511

    def test_survives_the_process(self, new_gateway: Callable[..., GatewayProcess]) -> None:
        gateway = new_gateway()
        gateway.text("CREATE USER kept")
        gateway.text("GRANT SELECT ON d.t TO kept")
        gateway.kill()
        gateway.start()
        assert _grants(gateway, "kept") == [["SELECT", "d", "t", "\\N", "0"]]
