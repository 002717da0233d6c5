"""A context that is remembered is the one that would be worked out."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.protocols.context_places import Table, take_context
from ingest.protocols.event import Object
from ingest.protocols.remembered_context import MAX_NAMES, MAX_VALUES_BYTES, RememberedContext

TABLE: Table = (
    ("os", "os", "name"),
    ("os_name", "os", "name"),
    ("from", "page", "referrer"),
    ("wide", "screen", "width"),
    ("ip", "", "ip"),
    ("teams", "", "groups"),
)
REMEMBERED = RememberedContext(TABLE, dropped=["key"], default={"app": {"name": "a"}})


def taken(properties: Object) -> Object:
    context: Object = json.loads(bytes(REMEMBERED.take(properties)))
    assert context.pop("app") == {"name": "a"}
    return context


@pytest.mark.parametrize(
    ("properties", "context", "left"),
    [
        ({}, {}, {}),
        ({"x": 1, "key": "k"}, {}, {"x": 1}),
        ({"os": "iOS"}, {"os": {"name": "iOS"}}, {}),
        ({"os": 1}, {"os": {"name": "1"}}, {}),
        ({"os": 1.0}, {"os": {"name": "1"}}, {}),
        ({"os": True}, {}, {"os": True}),
        ({"os": "1", "os_name": 1}, {"os": {"name": "1"}}, {}),
        ({"os": "1", "os_name": 2}, {"os": {"name": "1"}}, {"os_name": 2}),
        ({"os": None, "os_name": ""}, {}, {}),
        ({"os": [1], "wide": []}, {}, {"os": [1], "wide": []}),
        ({"from": "$direct"}, {}, {}),
        ({"wide": 2, "ip": 7}, {"screen": {"width": 2}}, {"ip": 7}),
        ({"wide": Decimal("1234567890123456.75")}, {"screen": {"width": 1234567890123456.75}}, {}),
        ({"teams": {"a": 1}}, {"groups": {"a": 1}}, {}),
        ({"teams": {}}, {}, {}),
        ({"teams": "a"}, {}, {"teams": "a"}),
        ({"os": "x" * MAX_VALUES_BYTES}, {"os": {"name": "x" * MAX_VALUES_BYTES}}, {}),
        (
            dict.fromkeys(map(str, range(MAX_NAMES))) | {"ip": "::1"},
            {"ip": "::1"},
            dict.fromkeys(map(str, range(MAX_NAMES))),
        ),
    ],
)
def test_what_is_taken_and_what_stays(properties: Object, context: Object, left: Object) -> None:
    for _ in range(2):
        own = dict(properties)
        assert taken(own) == context
        assert own == left


values: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([0, 1, 1.0, 1.5, True, False, None, "", "1", "1.0", "$direct", 2**70]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=3,
)
names = st.sampled_from([*(name for name, _, _ in TABLE), "key", "x"])


@given(st.dictionaries(names, values))
def test_any_properties_are_read_as_if_they_were_the_first(properties: Object) -> None:
    expected: Object = {}
    left = {name: value for name, value in properties.items() if name != "key"}
    take_context(left, TABLE, expected)
    assert taken(properties) == expected
    assert json.dumps(properties, sort_keys=True) == json.dumps(left, sort_keys=True)
