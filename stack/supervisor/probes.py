"""Health probes. Each returns quietly when healthy and raises with a reason when not."""

import asyncio

from stack.supervisor.service import Probe

PROBE_TIMEOUT = 3.0


class UnhealthyError(Exception):
    """The process answered, but not as a healthy one does."""


def http_ok(port: int, path: str, host: str = "127.0.0.1") -> Probe:
    """Healthy when `GET path` answers with status 200."""

    async def probe() -> None:
        request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
        status_line = await _exchange(host, port, request.encode())
        if status_line.split(b" ")[1:2] != [b"200"]:
            raise UnhealthyError(
                f"GET {path} answered {status_line.decode(errors='replace').strip()!r}"
            )

    return probe


def accepts_connections(port: int, host: str = "127.0.0.1") -> Probe:
    """Healthy when something listens: for protocols that are not worth a client here."""

    async def probe() -> None:
        async with asyncio.timeout(PROBE_TIMEOUT):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()

    return probe


def redis_pong(port: int, password: str, host: str = "127.0.0.1") -> Probe:
    """Healthy when Redis accepts the password and is not loading its data."""

    async def probe() -> None:
        reply = await _exchange(host, port, f"AUTH {password}\r\n".encode())
        if not reply.startswith(b"+OK"):
            raise UnhealthyError(f"AUTH answered {reply.decode(errors='replace').strip()!r}")

    return probe


def postgres_accepts(url: str) -> Probe:
    """Healthy when a session can be opened at the libpq `url`."""

    async def probe() -> None:
        import psycopg  # the supervisor stays light when PostgreSQL runs elsewhere

        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=3)
        await connection.close()

    return probe


async def _exchange(host: str, port: int, request: bytes) -> bytes:
    """Send a request and return the first line of the answer."""
    async with asyncio.timeout(PROBE_TIMEOUT):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(request)
            return await reader.readline()
        finally:
            writer.close()
