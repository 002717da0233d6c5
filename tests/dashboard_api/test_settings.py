"""Settings refuse what must not reach production."""

from typing import Any

import pytest
from pydantic import ValidationError

from control_plane.secrets import is_placeholder
from dashboard_api.settings import Settings

GOOD = "b1Rk0v9n3yqXlD8mJzYw2sTfGhUeCaPo"
BASE: dict[str, Any] = {
    "_env_file": None,
    "database_url": "postgresql+psycopg://x",
    "redis_url": "redis://x",
    "clickhouse_reader_url": "http://x",
    "jwt_secret": GOOD,
    "refresh_token_secret": GOOD,
}


@pytest.mark.parametrize("name", ["jwt_secret", "refresh_token_secret"])
@pytest.mark.parametrize("value", ["change-me-" * 5, "short", "your-secret-goes-here-" * 3])
def test_a_placeholder_secret_stops_a_production_boot(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.upper()} is a placeholder"):
        Settings(**{**BASE, "environment": "production", name: value})


def test_real_secrets_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(**BASE, environment="production").environment == "production"
    assert is_placeholder("change-me")
    assert not is_placeholder(GOOD)


def test_secrets_do_not_show_when_printed() -> None:
    assert GOOD not in repr(Settings(**BASE))


def test_proxies_are_a_list() -> None:
    assert Settings(**BASE, trusted_ips="10.0.0.1, 10.0.0.2 ,").proxies == ["10.0.0.1", "10.0.0.2"]
