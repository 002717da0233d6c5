"""The catalogue against the dbt project that ships."""

import json
from pathlib import Path

import pytest

from semantic_layer.catalogue import Catalogue, Maturity, build, load, value_type
from semantic_layer.errors import CatalogueUnavailable
from semantic_layer.layer import SemanticLayer
from semantic_layer.queries import Unit
from semantic_layer.settings import SemanticSettings


def test_every_metric_says_what_it_is(catalogue: Catalogue) -> None:
    for metric in catalogue.metrics.values():
        assert metric.label, metric.name
        assert metric.description, metric.name
        assert metric.synonyms, metric.name
        assert metric.unit in {"count", "ratio", "seconds", "currency"}, metric.name
        assert metric.home is not None, metric.name


def test_every_dimension_says_what_it_is(catalogue: Catalogue) -> None:
    for dimension in catalogue.dimensions.values():
        assert dimension.label, dimension.name
        assert dimension.description, dimension.name


def test_every_documented_model_belongs_to_a_project(catalogue: Catalogue) -> None:
    assert {"fct_events", "fct_sessions", "active_users_daily"} <= set(catalogue.models)
    for model in catalogue.models.values():
        assert model.is_shared or next(iter(model.columns)) == "project_id"


def test_a_metric_of_events(catalogue: Catalogue) -> None:
    people = catalogue.metric("people")

    assert people.is_count
    assert {"country", "event_name", "path", "channel"} <= set(people.dimensions)
    assert Unit.HOUR in people.grains
    assert people.has_properties


def test_a_figure_per_day_borrows_the_dimensions_of_its_breakdown(catalogue: Catalogue) -> None:
    dau = catalogue.metric("dau")

    assert dau.sources == {}
    assert dau.dimensions == catalogue.metric("people").dimensions
    assert Unit.HOUR not in dau.grains


def test_an_average_is_not_a_count(catalogue: Catalogue) -> None:
    assert not catalogue.metric("bounce_rate").is_count
    assert not catalogue.metric("average_order_value").is_count


def test_what_a_ratio_is_made_of_cannot_be_asked_for(catalogue: Catalogue) -> None:
    assert "day_7_retention" in catalogue.metrics
    assert not {"day_7_retained", "day_7_cohort"} & set(catalogue.metrics)


def test_a_figure_of_cohorts_tells_when_it_is_final(catalogue: Catalogue) -> None:
    assert catalogue.metric("day_1_retention").matures_after == Maturity(2, Unit.DAY)
    assert catalogue.metric("week_4_retention").matures_after == Maturity(5, Unit.WEEK)
    assert catalogue.metric("new_users").matures_after is None


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        ("LowCardinality(Nullable(String))", "string"),
        ("UUID", "string"),
        ("UInt64", "integer"),
        ("Nullable(Decimal(18, 4))", "number"),
        ("DateTime64(3, 'UTC')", "datetime"),
        ("Date", "date"),
        ("Bool", "boolean"),
        ("Array(String)", "json"),
    ],
)
def test_types(data_type: str, expected: str) -> None:
    assert value_type(data_type) == expected


def test_the_hash_follows_the_content_and_not_the_run(
    catalogue: Catalogue, target_dir: Path
) -> None:
    manifest = json.loads((target_dir / "manifest.json").read_text())
    semantic = (target_dir / "semantic_manifest.json").read_text()
    manifest["metadata"]["generated_at"] = "another time"

    assert build(manifest, semantic).manifest_hash == catalogue.manifest_hash
    changed = semantic.replace("Number of events.", "How many events.")
    assert build(manifest, changed).manifest_hash != catalogue.manifest_hash


def test_missing_artifacts_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CatalogueUnavailable, match="run `dbt parse` first"):
        load(tmp_path)


def test_a_new_parse_takes_effect_without_a_restart(target_dir: Path, tmp_path: Path) -> None:
    layer = SemanticLayer(SemanticSettings(dbt_target_dir=tmp_path, redis_url=None))
    with pytest.raises(CatalogueUnavailable):
        _ = layer.catalogue
    for name in ("manifest.json", "semantic_manifest.json"):
        (tmp_path / name).write_bytes((target_dir / name).read_bytes())

    assert "events" in layer.catalogue.metrics
