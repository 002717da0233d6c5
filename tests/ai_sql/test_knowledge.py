"""Values of a project's data, as people name them."""

import pytest

from ai_sql.knowledge import spoken_forms


@pytest.mark.parametrize(
    ("dimension", "value", "forms"),
    [
        ("event_name", "order_cancelled", ["order_cancelled", "cancelled order"]),
        ("event_name", "signup", ["signup"]),
        ("browser", "Mobile Safari", ["Mobile Safari"]),
        ("country", "IE", ["IE", "Ireland", "Eire"]),
        ("country", "", []),
        ("browser", None, []),
        ("path", "x" * 81, []),
    ],
)
def test_a_value_has_the_names_that_people_use(
    dimension: str, value: str | None, forms: list[str]
) -> None:
    assert list(spoken_forms(dimension, value)) == forms
