"""The running platform: engines, schemas and the way of events into the warehouse."""

import time
from collections.abc import Callable

from sqlalchemy import make_url

from stack.doctor.finding import Finding
from stack.environment import Environment
from stack.installation import Installation
from stack.supervisor.state import Health

TIMEOUT_SECONDS = 5
LARGEST_SKEW_SECONDS = 2.0
LARGEST_LAG_SECONDS = 60.0


def supervisor(environment: Environment) -> Finding:
    state = Installation.of(environment).running_state()
    if state is None:
        return Finding.failed("services", "the platform is not running", "Run `analytics up`")
    ill = [
        f"{name} is {service.health} ({service.reason})"
        for name, service in state.services.items()
        if service.health is not Health.HEALTHY
    ]
    if ill:
        logs = Installation.of(environment).logs
        return Finding.failed("services", "; ".join(ill), f"Read the logs in {logs}")
    return Finding.ok("services", f"{len(state.services)} processes, all healthy")


def clickhouse(environment: Environment) -> Finding:
    url = environment.variables["CLICKHOUSE_URL"]
    return _reach("clickhouse", url, lambda: _clickhouse_version(url), "CLICKHOUSE_URL")


def postgres(environment: Environment) -> Finding:
    url = environment.database_url
    return _reach("postgres", url, lambda: _postgres_version(url), "DATABASE_URL")


def redis(environment: Environment) -> Finding:
    url = environment.variables["REDIS_URL"]
    return _reach("redis", url, lambda: _redis_version(url), "REDIS_URL")


def _reach(name: str, url: str, ask_version: Callable[[], str], setting: str) -> Finding:
    address = make_url(url)
    where = f"{address.host}:{address.port}"
    try:
        return Finding.ok(name, f"{ask_version()} at {where}")
    except Exception as error:  # noqa: BLE001 - each driver has its own; any means "unreachable"
        reason = str(error).strip().split("\n")[0]
        remedy = f"Run `analytics up`, or correct {setting}"
        return Finding.failed(name, f"no answer at {where}: {reason}", remedy)


def _clickhouse_version(url: str) -> str:
    return f"ClickHouse {_ask_clickhouse(url, 'select version()')}"


def _ask_clickhouse(url: str, query: str) -> str:
    import httpx

    address = make_url(url)
    response = httpx.post(
        f"{address.drivername}://{address.host}:{address.port or 8123}/",
        content=query,
        auth=(address.username or "default", str(address.password or "")),
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )
    response.raise_for_status()
    return response.text.strip()


def _postgres_version(url: str) -> str:
    import psycopg

    libpq_url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(libpq_url, connect_timeout=TIMEOUT_SECONDS) as connection:
        row = connection.execute("show server_version").fetchone()
    return f"PostgreSQL {row[0] if row else '?'}"


def _redis_version(url: str) -> str:
    import redis as driver

    with driver.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS) as client:
        return f"Redis {client.info('server')['redis_version']}"


def clock(environment: Environment) -> Finding:
    """Events are stamped by this machine and cut into days by the warehouse."""
    theirs = float(
        _ask_clickhouse(environment.variables["CLICKHOUSE_URL"], "select now64(3)::Float64")
    )
    skew = abs(time.time() - theirs)
    if skew > LARGEST_SKEW_SECONDS:
        return Finding.warning(
            "clock", f"{skew:.1f} s apart from ClickHouse", "Run a time service (NTP) on both"
        )
    return Finding.ok("clock", f"within {LARGEST_SKEW_SECONDS:.0f} s of ClickHouse")


def control_plane_migrations(environment: Environment) -> Finding:
    from control_plane.migrations import current_revision, head_revision

    current, head = current_revision(environment.database_url), head_revision()
    if current != head:
        detail = f"at {current or 'nothing'}, this version needs {head}"
        return Finding.failed("control plane schema", detail, "Run `analytics migrate`")
    return Finding.ok("control plane schema", f"at {head}")


def warehouse_migrations(environment: Environment) -> Finding:
    from warehouse.migrations import available

    known = {migration.name for migration in available()}
    query = "select name from raw.schema_migrations final"
    applied = set(_ask_clickhouse(environment.variables["CLICKHOUSE_URL"], query).split())
    missing = sorted(known - applied)
    if missing:
        return Finding.failed(
            "warehouse schema", f"not applied: {', '.join(missing)}", "Run `analytics migrate`"
        )
    return Finding.ok("warehouse schema", f"{len(known)} migrations applied")


def ingest_lag(environment: Environment) -> Finding:
    """How far the loader is behind the newest event that was acknowledged."""
    url = f"http://127.0.0.1:{environment.settings.loader_port}/ready"
    import httpx

    try:
        loader = httpx.get(url, timeout=TIMEOUT_SECONDS, trust_env=False).json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding.failed("ingest lag", f"no loader: {error}", "Run `analytics up`")
    detail = f"the loader is {loader['status']}, {loader['lag_seconds']} s behind"
    if loader["status"] != "ready":
        remedy = "Mend the cause; no event is lost, they wait in the log"
        return Finding.failed("ingest lag", f"{detail}: {loader['reason']}", remedy)
    if loader["lag_seconds"] > LARGEST_LAG_SECONDS:
        remedy = "Read the loader's log; more events arrive than ClickHouse takes"
        return Finding.warning("ingest lag", detail, remedy)
    return Finding.ok("ingest lag", detail)
