"""`python -m ingest` serves the capture API on INGEST_PORT."""

import logging
import sys

import uvicorn

from ingest.enrich import locations
from ingest.http_protocol import with_deadline
from ingest.settings import IngestSettings


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settings = IngestSettings()
    try:
        locations.use(settings.geoip_database)
    except locations.DatabaseError as error:
        sys.exit(f"error: {error}")
    uvicorn.run(
        "ingest.app:app",
        host=settings.ingest_host,
        port=settings.ingest_port,
        loop="uvloop",
        http=with_deadline(settings.header_deadline_seconds),
        forwarded_allow_ips=[str(network) for network in settings.trusted_ips],
        access_log=False,
        timeout_keep_alive=75,  # longer than usual load balancers wait (60 s)
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
