"""`python -m ingest.loader` loads until SIGTERM or SIGINT."""

import logging
import signal
import sys

from ingest.loader.clickhouse import ClickHouse
from ingest.loader.loader import BlockLimits, Loader
from ingest.loader.metrics import LoaderMetrics
from ingest.loader.status_server import serve
from ingest.log import crash_points
from ingest.log.files import try_lock
from ingest.settings import IngestSettings

logger = logging.getLogger("ingest.loader")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = IngestSettings()
    crash_points.arm(settings.crash_at)
    settings.log_directory.mkdir(parents=True, exist_ok=True)
    if try_lock(settings.directory / "loader.lock") is None:
        logger.error("another loader works on %s", settings.directory)
        return 1
    metrics = LoaderMetrics()
    serve(metrics, settings.ingest_host, settings.loader_port)
    loader = Loader(
        ClickHouse(settings.clickhouse_url, timeout=settings.insert_timeout_seconds),
        settings.log_directory,
        settings.checkpoint_path,
        BlockLimits(settings.block_rows, settings.block_bytes, settings.linger_seconds),
        metrics,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loader.stop())
    loader.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
