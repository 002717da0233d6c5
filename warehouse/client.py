"""Connections to ClickHouse over its HTTP interface."""

from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.client import Client

# A session serialises its queries and refuses concurrent ones; ours keep no state on the server.
HAS_SESSION = False


def connect(url: str, **settings: Any) -> Client:
    """Open a client for `http://user:password@host:port/database`, with ClickHouse settings."""
    return clickhouse_connect.get_client(
        dsn=url, settings=settings, autogenerate_session_id=HAS_SESSION
    )


async def connect_async(url: str, **settings: Any) -> AsyncClient:
    """`connect` for asyncio."""
    return await clickhouse_connect.get_async_client(
        dsn=url, settings=settings, autogenerate_session_id=HAS_SESSION
    )
