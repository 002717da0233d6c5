"""One gRPC server with our definitions; runs are child processes of it."""

import os
import signal
from types import FrameType

import psutil
from dagster import DagsterInstance
from dagster._cli import create_dagster_cli

from orchestration.instance import CODE_LOCATION, write_dagster_yaml
from orchestration.interrupted_runs import fail_interrupted_runs
from orchestration.settings import OrchestrationSettings, settings

# Of 60 by default: how long the server waits for clients that hold a connection.
SHUTDOWN_GRACE_SECONDS = 3


def serve() -> None:
    """Prepare Dagster's home, settle runs that an earlier life left, and serve until stopped."""
    # Dagster gives SIGTERM the handler that SIGINT has: ours, and not the "ignore" that a shell
    # sets for a job in the background, with which the server could only be killed.
    signal.signal(signal.SIGINT, stop)
    prepare_home(settings())
    with DagsterInstance.get() as instance:
        fail_interrupted_runs(instance)
    create_dagster_cli()(  # type: ignore[no-untyped-call]
        arguments(settings().dagster_code_port), standalone_mode=True
    )


def stop(_number: int, _frame: FrameType | None) -> None:
    """Interrupt the runs, so that dbt ends in order; Dagster's server would wait for their end."""
    for worker in psutil.Process().children():
        worker.send_signal(signal.SIGINT)
    raise KeyboardInterrupt


def prepare_home(settings: OrchestrationSettings) -> None:
    write_dagster_yaml(
        settings.dagster_home,
        settings.database_url,
        code_server_port=settings.dagster_code_port,
        dagster_database_url=settings.dagster_database_url,
    )
    os.environ["DAGSTER_HOME"] = os.fspath(settings.dagster_home)
    os.environ.setdefault("DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD", str(SHUTDOWN_GRACE_SECONDS))


def arguments(port: int) -> list[str]:
    return [
        *("api", "grpc"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--module-name", "orchestration.definitions"),
        *("--location-name", CODE_LOCATION),
        "--use-python-environment-entry-point",
    ]
