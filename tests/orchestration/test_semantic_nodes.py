"""Semantic models and metrics of a manifest, as Dagster has them."""

from typing import Any

from orchestration.defs.semantics.manifest_nodes import semantic_nodes


def node(name: str, *made_of: str) -> dict[str, Any]:
    return {"name": name, "depends_on": {"nodes": list(made_of)}}


def test_a_ratio_follows_what_it_is_made_of() -> None:
    manifest = {
        "semantic_models": {"semantic_model.a.visits": node("visits", "model.a.fct_sessions")},
        "metrics": {
            "metric.a.bounce_rate": node("bounce_rate", "metric.a.bounces", "metric.a.sessions"),
            "metric.a.bounces": node("bounces", "semantic_model.a.visits"),
            "metric.a.sessions": node("sessions", "semantic_model.a.visits"),
        },
    }
    names = [item.node["name"] for item in semantic_nodes(manifest)]
    assert names[0] == "visits"
    assert sorted(names[1:3]) == ["bounces", "sessions"]
    assert names[3] == "bounce_rate"
