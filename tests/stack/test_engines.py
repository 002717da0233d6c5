"""The engines start from their wheels and serve standard clients."""

import psycopg
import pytest
import redis

from stack.engines import Postgres


def test_postgres_serves_over_tcp_with_a_password(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(driver="postgresql")) as connection:
        row = connection.execute("select current_setting('fsync'), version()").fetchone()
    assert row is not None
    assert row[0] == "on"
    assert row[1].startswith("PostgreSQL 18")


def test_postgres_refuses_a_wrong_password(postgres: Postgres) -> None:
    stranger = Postgres(postgres.data_directory, postgres.port, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger.url(driver="postgresql"))


def test_redis_asks_for_its_password(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
    _, address = redis_url.rsplit("@", 1)
    with redis.Redis.from_url(f"redis://{address}") as stranger:
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
