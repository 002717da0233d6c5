"""`python -m warehouse.embedded --data-dir D --host 127.0.0.1 --port 8123`"""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

import uvicorn
import uvloop

from warehouse.embedded.config import GatewayConfig, ReaderLimits

_CREDENTIAL_PREFIXES = ("AWS_", "AZURE_", "GOOGLE_", "GCP_")


def main() -> None:
    arguments = _arguments()
    _drop_credentials()
    config = _config(arguments)
    os.environ["TZ"] = "UTC"  # the server's time zone; <timezone> has no effect in chDB
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    uvloop.run(serve(config))


async def serve(config: GatewayConfig) -> None:
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # 37 MB that chDB loads if it can
    # Imported after the environment is clean: loading the engine reads it.
    from warehouse.embedded.app import Gateway
    from warehouse.embedded.early_headers import EarlyHeaders
    from warehouse.embedded.engine import Engine

    gateway = Gateway(config, Engine(config))
    server = uvicorn.Server(
        uvicorn.Config(
            gateway,
            http=EarlyHeaders,
            host=config.host,
            port=config.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(config.drain_seconds),
        )
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn drains on the signal and then raises it again, before the engine is closed.
        signal.signal(number, lambda *_: None)
    try:
        await server.serve()
    finally:
        await gateway.close()


def _arguments() -> argparse.Namespace:
    limits = ReaderLimits()
    parser = argparse.ArgumentParser(prog="python -m warehouse.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--drain-seconds", type=float, default=20.0)
    parser.add_argument("--no-query-log", action="store_true")
    parser.add_argument("--readable-database", action="append", metavar="NAME")
    parser.add_argument("--reader-seconds", type=int, default=limits.execution_seconds)
    parser.add_argument("--reader-memory-bytes", type=int, default=limits.memory_bytes)
    parser.add_argument("--reader-rows-read", type=int, default=limits.rows_read)
    parser.add_argument("--reader-result-rows", type=int, default=limits.result_rows)
    return parser.parse_args()


def _config(arguments: argparse.Namespace) -> GatewayConfig:
    return GatewayConfig(
        data_dir=arguments.data_dir.resolve(),
        host=arguments.host,
        port=arguments.port,
        admin_password=os.environ.pop("CLICKHOUSE_ADMIN_PASSWORD", ""),
        reader_password=os.environ.pop("CLICKHOUSE_READER_PASSWORD", ""),
        readable_databases=tuple(arguments.readable_database or ("analytics",)),
        query_log=not arguments.no_query_log,
        drain_seconds=arguments.drain_seconds,
        reader_limits=ReaderLimits(
            execution_seconds=arguments.reader_seconds,
            memory_bytes=arguments.reader_memory_bytes,
            rows_read=arguments.reader_rows_read,
            result_rows=arguments.reader_result_rows,
        ),
    )


def _drop_credentials() -> None:
    """SQL reaches S3 with the credentials in the environment, and can read it in `/proc/self`.

    The kernel shows the environment that the program began with, so it begins again without them.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_CREDENTIAL_PREFIXES)
    }
    if len(clean) < len(os.environ):
        command = [sys.executable, "-m", "warehouse.embedded", *sys.argv[1:]]
        os.execve(sys.executable, command, clean)  # noqa: S606 - the same program again


if __name__ == "__main__":
    main()
