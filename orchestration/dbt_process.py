"""dbt as a child that ends with the run that started it, signs its queries and parses once.

A worker that is killed would otherwise leave dbt writing the marts while the next run starts.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LOG_COMMENT = "CLICKHOUSE_LOG_COMMENT"
ADDRESS = ("host", "port", "user")
EXECUTABLE = Path(sys.executable).with_name("analytics-dbt")


def main() -> None:
    """dbt's command line; on Linux it is interrupted when the parent dies."""
    follow_parent(os.getppid())
    sign_queries(os.environ.get(LOG_COMMENT, ""))
    parse_once_for_all_addresses()
    from dbt.cli.main import cli

    cli()


def follow_parent(parent: int) -> None:
    # A shell ignores SIGINT for what it starts in the background, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("the run that started dbt is gone")


def sign_queries(comment: str) -> None:
    """Give every connection that dbt opens this `log_comment`.

    Not in profiles.yml: a setting there that changes with each run makes dbt parse the whole
    project anew, 4 s a run.
    """
    if comment:
        import clickhouse_connect

        clickhouse_connect.get_client = partial(
            signed_client, clickhouse_connect.get_client, comment
        )


def parse_once_for_all_addresses() -> None:
    """Keep the parsed project when the warehouse has moved.

    dbt parses all of it anew, 9 s a run, when the connection is not the one that it was parsed
    with. Nothing in the project depends on the address.
    """
    from dbt.adapters.clickhouse.credentials import ClickHouseCredentials

    names: Callable[[Any], tuple[str, ...]] = ClickHouseCredentials._connection_keys

    def names_without_address(credentials: Any) -> tuple[str, ...]:
        return tuple(name for name in names(credentials) if name not in ADDRESS)

    # dbt makes the credentials itself, so that only their class can be changed.
    ClickHouseCredentials._connection_keys = names_without_address  # type: ignore[method-assign]


def signed_client(
    connect: Any, comment: str, *, settings: Mapping[str, Any] | None = None, **arguments: Any
) -> Any:
    return connect(settings={**(settings or {}), "log_comment": comment}, **arguments)
