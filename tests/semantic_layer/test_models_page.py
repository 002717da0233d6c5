"""The reference of the models says what their yml says."""

from pathlib import Path

from semantic_layer.catalogue.models_page import HEAD, place, render, section

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "models.md"


def test_the_committed_page_is_current(target_dir: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(target_dir), (
        "run: dbt parse --target-path TARGET_DIR in dbt_project, then "
        "python -m semantic_layer.catalogue.models_page TARGET_DIR docs/reference/models.md"
    )


def test_a_model_is_a_section_with_its_columns() -> None:
    column = {"name": "day", "data_type": "Date", "description": "Local\n  day."}
    model = {"name": "m", "description": "Days.\nOne row per day.", "columns": {"day": column}}

    assert section(model) == (
        "\n## m\n\nDays. One row per day.\n\n"
        "| column | type | meaning |\n|---|---|---|\n| `day` | `Date` | Local day. |\n"
    )
    assert HEAD.startswith("# Models\n")


def test_a_new_topic_follows_those_that_are_known() -> None:
    names = [("new", "a"), ("quality", "z"), ("events", "m")]
    models = [{"fqn": ["analytics", "marts", topic, name], "name": name} for topic, name in names]

    assert [model["name"] for model in sorted(models, key=place)] == ["m", "z", "a"]
