"""Which models were never built decides whether a start builds."""

import json
from pathlib import Path
from typing import Any

from stack.first_build import models_of


def node(kind: str, schema: str, alias: str, materialized: str) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "schema": schema,
        "alias": alias,
        "config": {"materialized": materialized},
    }


def test_models_are_what_dbt_makes_a_relation_of(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    nodes = {
        "model.a": node("model", "analytics", "fct_events", "incremental"),
        "model.b": node("model", "staging", "stg_events", "view"),
        "model.c": node("model", "analytics", "inlined", "ephemeral"),
        "test.d": node("test", "analytics", "not_null", "test"),
    }
    manifest.write_text(json.dumps({"nodes": nodes}))
    assert models_of(manifest) == {"analytics.fct_events", "staging.stg_events"}
