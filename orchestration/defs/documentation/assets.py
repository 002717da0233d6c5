"""dbt's documentation of the warehouse: one page, which the dashboard serves."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from orchestration.defs.warehouse.assets import dbt_models, project
from orchestration.defs.warehouse.dbt import WarehouseDbt, prepare_invocation
from orchestration.defs.warehouse.translator import MARTS_DATABASE
from orchestration.instance import POOL
from orchestration.manifest import sources_fingerprint
from orchestration.ownership import DATA_TEAM
from orchestration.settings import settings

FINGERPRINT = "sources.sha256"
PAGE = "index.html"
# The catalogue of columns comes from the warehouse; compiled SQL would cost as much as a build.
GENERATE = ("docs", "generate", "--static", "--no-compile")


def marts(keys: Sequence[dg.AssetKey]) -> list[dg.AssetKey]:
    return [key for key in keys if key.path[0] == MARTS_DATABASE]


@dg.asset(
    key=["docs", "warehouse"],
    deps=marts(sorted(dbt_models.keys)),
    group_name="documentation",
    owners=[DATA_TEAM],
    kinds={"dbt", "html"},
    description="dbt's documentation with lineage, columns and code, at /docs/warehouse of the "
    "dashboard. Made anew only when a file of the dbt project has changed: it costs 6 CPU-s.",
    pool=POOL,
    retry_policy=dg.RetryPolicy(max_retries=1, delay=5),
)
def warehouse_documentation(
    context: dg.AssetExecutionContext, dbt: WarehouseDbt
) -> dg.MaterializeResult[None]:
    directory = settings().warehouse_docs_dir
    fingerprint = sources_fingerprint(Path(project.project_dir))
    is_new = not is_documented(directory, fingerprint)
    if is_new:
        generate(dbt, settings().dbt_runs_dir / f"{context.run.run_id}-docs", directory)
        (directory / FINGERPRINT).write_text(fingerprint)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(fingerprint),
        metadata={"page": dg.MetadataValue.path(directory / PAGE), "is_new": is_new},
    )


def is_documented(directory: Path, fingerprint: str) -> bool:
    noted = directory / FINGERPRINT
    return (directory / PAGE).exists() and noted.exists() and noted.read_text() == fingerprint


def generate(dbt: WarehouseDbt, target_path: Path, directory: Path) -> None:
    """Replace the page in one step; readers see the old one or the new one."""
    prepare_invocation(target_path, project)
    shutil.copy(project.manifest_path, target_path / project.manifest_path.name)
    dbt.cli(list(GENERATE), target_path=target_path).wait()
    directory.mkdir(parents=True, exist_ok=True)
    draft = directory / f"{PAGE}.draft"
    shutil.copy(target_path / "static_index.html", draft)
    draft.replace(directory / PAGE)
    shutil.rmtree(target_path, ignore_errors=True)


assets = (warehouse_documentation,)
