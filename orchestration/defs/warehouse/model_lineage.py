"""Column lineage of the models that a dbt invocation builds, kept from run to run."""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from clickhouse_connect.driver.client import Client
from sqlglot.errors import SqlglotError

from orchestration.defs.warehouse.column_lineage import ColumnLineage, column_lineage

logger = logging.getLogger(__name__)

COLUMNS_SQL = """
SELECT concat(database, '.', table), groupArray(name)
FROM system.columns
WHERE database IN ('raw', 'staging', 'intermediate', 'analytics', 'ops')
GROUP BY 1
"""
# The version of the build, in microseconds since 1970: the only part of compiled SQL that differs
# from run to run.
VERSION = re.compile(r"\d{16,}")
# An increment and a full refresh of a model compile to different SQL.
KEPT_VARIANTS = 2


class ModelLineage:
    """Lineage by the hash of a model's compiled SQL, so that only a change is read again.

    `cache` is a JSON file: unique id of the model -> hash -> column -> [[table, column], ...].
    """

    def __init__(
        self, manifest: Mapping[str, Any], target_path: Path, cache: Path, client: Client
    ) -> None:
        self._manifest = manifest
        self._compiled = target_path / "compiled"
        self._cache = cache
        self._client = client
        self._known: dict[str, dict[str, ColumnLineage]] = _read(cache)
        self._is_changed = False

    def metadata(self, unique_id: str) -> dict[str, dg.MetadataValue]:
        """What to attach to the materialisation of a model; nothing where dbt compiled no SQL."""
        lineage = self._lineage(self._manifest["nodes"][unique_id])
        if lineage is None:
            return {}
        deps = {
            column: [
                dg.TableColumnDep(dg.AssetKey(table.split(".")), source)
                for table, source in sources
                if table in self._assets and table != self._table(unique_id)
            ]
            for column, sources in lineage.items()
        }
        return {
            "dagster/column_lineage": dg.MetadataValue.column_lineage(dg.TableColumnLineage(deps))
        }

    def save(self) -> None:
        if self._is_changed:
            draft = self._cache.with_suffix(".draft")
            draft.write_text(json.dumps(self._known))
            draft.replace(self._cache)

    def _lineage(self, node: Mapping[str, Any]) -> ColumnLineage | None:
        path = self._compiled / node["package_name"] / node["original_file_path"]
        if node["resource_type"] != "model" or not path.exists():
            return None
        sql, columns = path.read_text(), list(node["columns"])
        variant = fingerprint(sql, columns)
        variants = self._known.setdefault(node["unique_id"], {})
        if variant not in variants:
            try:
                variants[variant] = column_lineage(sql, columns, self._tables())
            except SqlglotError as error:
                logger.warning("no column lineage of %s: %s", node["name"], error)
                return None
            for old in list(variants)[:-KEPT_VARIANTS]:
                del variants[old]
            self._is_changed = True
        return variants[variant]

    def _tables(self) -> dict[str, list[str]]:
        """Asked anew for each model: on a first build each one adds a table."""
        rows = self._client.query(COLUMNS_SQL).result_rows
        return {str(table): columns for table, columns in rows}

    @cached_property
    def _assets(self) -> frozenset[str]:
        nodes = [*self._manifest["nodes"].values(), *self._manifest["sources"].values()]
        return frozenset(f"{node['schema']}.{node['name']}" for node in nodes)

    def _table(self, unique_id: str) -> str:
        node = self._manifest["nodes"][unique_id]
        return f"{node['schema']}.{node['name']}"


def fingerprint(sql: str, columns: list[str]) -> str:
    """The same for every run of an unchanged model."""
    return hashlib.sha256(json.dumps([VERSION.sub("", sql), columns]).encode()).hexdigest()


def _read(cache: Path) -> dict[str, dict[str, ColumnLineage]]:
    try:
        known: dict[str, dict[str, ColumnLineage]] = json.loads(cache.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return known
