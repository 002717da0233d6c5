"""`python -m ingest` serves the capture API on INGEST_PORT."""

import contextlib
import logging
import resource
import socket
import sys

import uvicorn

from ingest.app import app
from ingest.enrich import locations
from ingest.http_protocol import Deadlines, protocol_class
from ingest.settings import IngestSettings

BACKLOG = 2048  # connections that wait to be accepted, as uvicorn has it


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    _raise_descriptor_limit()
    settings = IngestSettings()
    try:
        locations.use(settings.geoip_database)
    except locations.DatabaseError as error:
        sys.exit(f"error: {error}")
    config = uvicorn.Config(
        app,
        host=settings.ingest_host,
        port=settings.ingest_port,
        loop="uvloop",
        http=protocol_class(
            Deadlines(settings.header_deadline_seconds, settings.body_deadline_seconds), app
        ),
        forwarded_allow_ips=[str(network) for network in settings.trusted_ips],
        access_log=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,  # longer than usual load balancers wait (60 s)
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=_sockets(settings))


def _raise_descriptor_limit() -> None:
    """A connection takes a descriptor, and the usual soft limit is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS calls it unlimited, and refuses that
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _sockets(settings: IngestSettings) -> list[socket.socket] | None:
    """None: uvicorn opens INGEST_PORT, which it refuses to share."""
    if settings.ingest_worker_port is None:
        return None
    host = settings.ingest_host
    shared, own = socket.socket(), socket.socket()
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    for listening, port in ((shared, settings.ingest_port), (own, settings.ingest_worker_port)):
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    return [shared, own]


if __name__ == "__main__":
    main()
