"""The platform as the supervisor sees it: which processes, which steps, in which order."""

import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

from stack.dagster_heartbeat import DaemonHeartbeat
from stack.environment import Environment, child_variables
from stack.settings import PROJECT_ROOT
from stack.supervisor.probes import accepts_connections, http_ok
from stack.supervisor.service import Node, Service, Step

HOST = "127.0.0.1"


def platform(environment: Environment) -> tuple[Node, ...]:
    """Everything that `analytics up` runs. An engine that is elsewhere is simply not in it."""
    engines = _engines(environment)
    steps = _Steps(environment, tuple(engine.name for engine in engines))
    return (
        *engines,
        steps.manifest(),
        steps.migrate(),
        *_services(environment),
        *_dagster(environment),
        steps.first_login(),
        *((steps.sample_traffic(),) if environment.settings.sample_traffic else ()),
        steps.queue_build(after_sample=environment.settings.sample_traffic),
        steps.first_build(),
    )


def _engines(environment: Environment) -> tuple[Service, ...]:
    local = (environment.clickhouse, environment.postgres, environment.redis)
    return tuple(engine.service() for engine in local if engine)


def _services(environment: Environment) -> tuple[Service, ...]:
    settings = environment.settings
    return (
        *_ingest_workers(environment),
        _python_service(environment, "loader", "ingest.loader", settings.loader_port, "/ready"),
        _python_service(
            environment,
            "dashboard",
            "dashboard_api",
            settings.dashboard_port,
            "/health",
            depends_on=("migrate", "manifest"),
        ),
    )


def _ingest_workers(environment: Environment) -> tuple[Service, ...]:
    settings = environment.settings
    first = _python_service(environment, "ingest", "ingest", settings.ingest_port, "/ready")
    if settings.ingest_workers == 1:
        return (first,)
    start = settings.ingest_worker_ports_from or settings.ingest_port + 20
    ports = range(start, start + settings.ingest_workers)
    shared = {**first.environment, "INGEST_WORKER_PORTS": ",".join(map(str, ports))}
    return tuple(
        replace(
            first,
            name="ingest" if number == 1 else f"ingest-{number}",
            probe=http_ok(port, "/ready"),
            environment={**shared, "INGEST_WORKER_PORT": str(port)},
            port=port,
            port_setting="INGEST_WORKER_PORTS_FROM",
        )
        for number, port in enumerate(ports, 1)
    )


def _python_service(
    environment: Environment,
    name: str,
    module: str,
    port: int,
    health_path: str,
    *,
    depends_on: tuple[str, ...] = ("migrate",),
) -> Service:
    return Service(
        name=name,
        command=(sys.executable, "-m", module),
        probe=http_ok(port, health_path),
        environment=child_variables(environment),
        port=port,
        port_setting=f"{name.upper()}_PORT",
        working_directory=PROJECT_ROOT,
        depends_on=depends_on,
    )


def _dagster(environment: Environment) -> tuple[Service, ...]:
    """One code server, shared: loading the definitions in each process costs 250 MB more."""
    settings = environment.settings
    workspace = str(environment.data_directory / "dagster" / "workspace.yaml")
    code = Service(
        name="dagster-code",
        command=(sys.executable, "-m", "orchestration"),
        probe=accepts_connections(settings.dagster_code_port),
        environment=child_variables(environment),
        port=settings.dagster_code_port,
        port_setting="DAGSTER_CODE_PORT",
        working_directory=PROJECT_ROOT,
        depends_on=("migrate", "manifest"),
    )
    web = replace(
        code,
        name="dagster-webserver",
        command=(
            *(_script("dagster-webserver"), "-w", workspace),
            *("-h", HOST, "-p", str(settings.dagster_port), "--dagster-log-level", "warning"),
        ),
        probe=http_ok(settings.dagster_port, "/server_info"),
        port=settings.dagster_port,
        port_setting="DAGSTER_PORT",
        depends_on=("dagster-code",),  # which writes the workspace and the instance settings
    )
    heartbeat = DaemonHeartbeat(environment.dagster_database_url)
    daemon = replace(
        code,
        name="dagster-daemon",
        # At level info it writes a line every two seconds, whatever happens.
        command=(_script("dagster-daemon"), "run", "-w", workspace, "--log-level", "warning"),
        probe=heartbeat.probe,
        prepare=heartbeat.starting,
        port=None,
        port_setting=None,
        # A first build is in the queue by then, and no refresh of the same events comes first.
        depends_on=("dagster-code", "queue-build"),
    )
    return code, web, daemon


class _Steps:
    """What happens once between the services: schema, first account, first data, first build."""

    def __init__(self, environment: Environment, engines: tuple[str, ...]) -> None:
        self._variables = child_variables(environment)
        self._engines = engines

    def manifest(self) -> Step:
        """dbt's description of the models, which the question box and Dagster read."""
        return self._step("manifest", "manifest", depends_on=())

    def migrate(self) -> Step:
        return self._step("migrate", "migrate", depends_on=self._engines)

    def first_login(self) -> Step:
        return self._step("first-login", "first-login", depends_on=("migrate",))

    def sample_traffic(self) -> Step:
        return self._step(
            "sample-traffic",
            "sample-traffic",
            depends_on=("first-login", "ingest", "loader"),
            required=False,
            remedy="The platform runs without sample traffic; the next start tries again.",
        )

    def queue_build(self, *, after_sample: bool) -> Step:
        """Waits by itself for the webserver, if there is anything to build."""
        data = "sample-traffic" if after_sample else "first-login"
        return self._step(
            "queue-build",
            "queue-build",
            depends_on=(data, "manifest", "loader"),
            required=False,
            remedy="Run `analytics build` once the cause is gone.",
        )

    def first_build(self) -> Step:
        return self._step(
            "first-build",
            "wait-for-build",
            depends_on=("queue-build", "dagster-webserver", "dagster-daemon"),
            required=False,
            remedy="Run `analytics build` once the cause is gone.",
        )

    def _step(
        self,
        name: str,
        command: str,
        depends_on: tuple[str, ...],
        *,
        required: bool = True,
        remedy: str = "Run `analytics up` again once the cause is gone.",
    ) -> Step:
        return Step(
            name=name,
            command=(sys.executable, "-m", "stack", command),
            environment=self._variables,
            depends_on=depends_on,
            working_directory=PROJECT_ROOT,
            required=required,
            remedy=remedy,
        )


def _script(name: str) -> str:
    """A console script of this virtual environment, whether or not it is on PATH."""
    return str(Path(sysconfig.get_path("scripts")) / name)
