"""`python -m warehouse.embedded --data-dir D --host 127.0.0.1 --port 8123`"""

import argparse
import asyncio
import logging
import os
from pathlib import Path

import uvicorn

from warehouse.embedded.config import GatewayConfig

_CREDENTIAL_PREFIXES = ("AWS_", "AZURE_", "GOOGLE_", "GCP_")


def main() -> None:
    config = _config(_arguments())
    _drop_credentials()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(config))


async def serve(config: GatewayConfig) -> None:
    # Imported after the environment is clean: loading the engine reads it.
    from warehouse.embedded.app import Gateway
    from warehouse.embedded.engine import Engine

    gateway = Gateway(config, Engine(config))
    server = uvicorn.Server(
        uvicorn.Config(
            gateway,
            host=config.host,
            port=config.port,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(config.drain_seconds),
        )
    )
    try:
        await server.serve()
    finally:
        gateway.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m warehouse.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8123)
    return parser.parse_args()


def _config(arguments: argparse.Namespace) -> GatewayConfig:
    return GatewayConfig(
        data_dir=arguments.data_dir.resolve(),
        host=arguments.host,
        port=arguments.port,
        admin_password=os.environ.pop("CLICKHOUSE_ADMIN_PASSWORD", ""),
        reader_password=os.environ.pop("CLICKHOUSE_READER_PASSWORD", ""),
    )


def _drop_credentials() -> None:
    """SQL can reach S3, and the engine reads credentials from the environment."""
    for name in list(os.environ):
        if name.startswith(_CREDENTIAL_PREFIXES):
            del os.environ[name]


if __name__ == "__main__":
    main()
