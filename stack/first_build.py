"""The build that a new installation, or one with new models, gets at its start.

It is queued before Dagster's daemon runs, so that the new-data sensor finds it in the queue and
does not start a refresh of the same events.
"""

import json
import time
from pathlib import Path

from stack.environment import Environment
from stack.errors import shown
from stack.settings import PROJECT_ROOT

MANIFEST = PROJECT_ROOT / "dbt_project" / "target" / "manifest.json"
LONGEST_LOAD_SECONDS = 60.0
WEBSERVER_PATIENCE_SECONDS = 180.0
POLL_SECONDS = 0.3


def queue(environment: Environment) -> int:
    """Queue a build if a model has no table yet; returns how many have none."""
    from orchestration.webserver import WebserverError

    _queued_run(environment).unlink(missing_ok=True)
    missing = missing_models(environment)
    if missing:
        wait_until_loaded(environment.data_directory)
        with shown(WebserverError):
            _queued_run(environment).write_text(_launch(environment))
    return len(missing)


def wait(environment: Environment) -> bool:
    """Wait for the queued build, if any, and show its result; False if it failed."""
    from orchestration.webserver import Webserver, WebserverError
    from stack.commands.build import SUCCESS, Build, follow, show

    path = _queued_run(environment)
    if not path.exists():
        return True
    run_id = path.read_text()
    webserver = Webserver(_webserver_url(environment))
    build = Build(run_id, webserver.run_page(run_id))
    with shown(WebserverError):
        follow(build, webserver.follow(run_id))
    show(build)
    path.unlink()
    return build.status == SUCCESS


def missing_models(environment: Environment) -> list[str]:
    """`database.name` of each model that the warehouse lacks."""
    from warehouse.client import connect

    client = connect(environment.variables["CLICKHOUSE_URL"])
    try:
        rows = client.query("select database || '.' || name from system.tables").result_rows
    finally:
        client.close()
    return sorted(models_of(MANIFEST) - {str(row[0]) for row in rows})


def models_of(manifest: Path) -> set[str]:
    """`database.name` of every model that dbt makes a table or view of."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return {
        f"{node['schema']}.{node['alias']}"
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
    }


def _launch(environment: Environment) -> str:
    """Queue the build job as soon as the webserver answers; returns the run's id."""
    from orchestration.webserver import Webserver, WebserverError
    from stack.commands.build import run_config

    webserver = Webserver(_webserver_url(environment))
    deadline = time.monotonic() + WEBSERVER_PATIENCE_SECONDS
    while True:
        try:
            return webserver.launch("build", run_config(full_refresh=False))
        except WebserverError:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)


def wait_until_loaded(data_directory: Path, patience_seconds: float = LONGEST_LOAD_SECONDS) -> bool:
    """Return when all of the log is loaded; the build then takes all events in one pass.

    The log itself is asked: the loader knows only what it has read. When the patience is over the
    build goes ahead, False: what comes later is the next refresh's.
    """
    from ingest.backlog import BacklogGauge
    from ingest.settings import IngestSettings

    ingest = IngestSettings(data_dir=data_directory)
    if not ingest.log_directory.exists():  # nothing was ever sent
        return True
    gauge = BacklogGauge(ingest.log_directory, ingest.checkpoint_path)
    deadline = time.monotonic() + patience_seconds
    while gauge.measure().unloaded_bytes:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _webserver_url(environment: Environment) -> str:
    return f"http://127.0.0.1:{environment.settings.dagster_port}"


def _queued_run(environment: Environment) -> Path:
    return environment.data_directory / "first-build-run"
