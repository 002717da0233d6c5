"""dbt as a child that ends with the run that started it, and that signs its queries.

A worker that is killed would otherwise leave dbt writing the marts while the next run starts.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

PR_SET_PDEATHSIG = 1
LOG_COMMENT = "CLICKHOUSE_LOG_COMMENT"


def main() -> None:
    """dbt's command line; on Linux it is interrupted when the parent dies."""
    follow_parent(os.getppid())
    sign_queries(os.environ.get(LOG_COMMENT, ""))
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


def signed_client(
    connect: Any, comment: str, *, settings: Mapping[str, Any] | None = None, **arguments: Any
) -> Any:
    return connect(settings={**(settings or {}), "log_comment": comment}, **arguments)
