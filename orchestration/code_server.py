"""One gRPC server with our definitions; runs are child processes of it."""

import os
import signal

from dagster import DagsterInstance
from dagster._cli import create_dagster_cli

from orchestration.instance import CODE_LOCATION, write_dagster_yaml
from orchestration.interrupted_runs import fail_interrupted_runs
from orchestration.settings import OrchestrationSettings, settings


def serve() -> None:
    """Prepare Dagster's home, settle runs that an earlier life left, and serve until stopped."""
    # Dagster gives SIGTERM the handler of SIGINT, which a shell sets to "ignore" for a job in the
    # background: the server could then only be killed.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    prepare_home(settings())
    with DagsterInstance.get() as instance:
        fail_interrupted_runs(instance)
    create_dagster_cli()(  # type: ignore[no-untyped-call]
        arguments(settings().dagster_code_port)
    )


def prepare_home(settings: OrchestrationSettings) -> None:
    write_dagster_yaml(
        settings.dagster_home,
        settings.database_url,
        code_server_port=settings.dagster_code_port,
        dagster_database_url=settings.dagster_database_url,
    )
    os.environ["DAGSTER_HOME"] = os.fspath(settings.dagster_home)


def arguments(port: int) -> list[str]:
    return [
        *("api", "grpc"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--module-name", "orchestration.definitions"),
        *("--location-name", CODE_LOCATION),
        "--use-python-environment-entry-point",
    ]
