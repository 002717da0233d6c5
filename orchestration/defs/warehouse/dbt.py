"""dbt as Dagster runs it."""

import os
import re
import shutil
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version as installed_version
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject
from dbt.adapters.base.impl import BaseAdapter
from packaging.version import Version

from orchestration.dbt_process import EXECUTABLE
from orchestration.defs.warehouse.arguments import global_flags
from orchestration.manifest import ensure_manifest
from orchestration.settings import OrchestrationSettings

PARTIAL_PARSE = "partial_parse.msgpack"
# Messages of a warehouse that is away, restarting or out of room for the moment.
TRANSIENT = re.compile(
    r"Connection (refused|aborted|reset)|RemoteDisconnected|timed? ?out|Could not connect"
    r"|MEMORY_LIMIT_EXCEEDED|TOO_MANY_SIMULTANEOUS_QUERIES|NETWORK_ERROR",
    re.IGNORECASE,
)


class WarehouseDbt(DbtCliResource):
    """dagster-dbt's resource without two of its habits, which cost 5 CPU-s a run."""

    @cached_property
    def _cli_version(self) -> Version:
        """Known from the environment; dagster-dbt starts `dbt --version` for it (3 CPU-s)."""
        return Version(installed_version("dbt-core"))

    def _initialize_dbt_core_adapter(  # type: ignore[override]
        self,
        args: Sequence[str],  # noqa: ARG002 - overridden
    ) -> BaseAdapter | None:
        """Only row counts and column lineage by query need an adapter in this process (2 CPU-s)."""
        return None


def dbt_project(settings: OrchestrationSettings) -> DbtProject:
    """The project with a manifest that matches its files."""
    project_dir = settings.dbt_project_dir.resolve()
    target_dir = settings.dbt_target_dir.resolve()
    ensure_manifest(project_dir, target_dir)
    return DbtProject(
        project_dir=project_dir,
        target_path=Path(os.path.relpath(target_dir, project_dir)),
        profiles_dir=os.environ.get("DBT_PROFILES_DIR", project_dir),
    )


def dbt_resource(project: DbtProject) -> WarehouseDbt:
    return WarehouseDbt(
        project_dir=os.fspath(project.project_dir),
        profiles_dir=os.fspath(project.profiles_dir),
        global_config_flags=global_flags(),
        dbt_executable=os.fspath(EXECUTABLE),
    )


def prepare_invocation(target_path: Path, project: DbtProject) -> None:
    """Give a new invocation the parsed project, which saves it some 4 s of parsing."""
    target_path.mkdir(parents=True, exist_ok=True)
    parsed = project.manifest_path.with_name(PARTIAL_PARSE)
    if parsed.exists():
        shutil.copy(parsed, target_path / PARTIAL_PARSE)


def forget_invocation(target_path: Path) -> None:
    """Drop the 10 MB that an invocation leaves, after it succeeded."""
    shutil.rmtree(target_path, ignore_errors=True)


def is_transient(message: str) -> bool:
    """Whether the same dbt command may succeed a little later."""
    return TRANSIENT.search(message) is not None
