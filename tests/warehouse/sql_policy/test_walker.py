"""What the walk reports and refuses. `events` and `sessions` are documented, nothing else is.

The large corpus of attacks is in tests/semantic_layer/corpus.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from warehouse.sql_policy import Policy, PolicyViolation, TableName, check
from warehouse.sql_policy.grammar import Node

Parse = Callable[[str], Node]
Tables = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1", []),
        ("select * from events", ["events"]),
        ("select * from analytics.events as e", ["analytics.events"]),
        ("select * from events, sessions", ["events", "sessions"]),
        ("select * from events join sessions using (id)", ["events", "sessions"]),
        ("select (select count() from events)", ["events"]),
        ("select 1 in (select id from events)", ["events"]),
        ("select 1 in events", ["events"]),
        ("select 1 from events union all select 2 from sessions", ["events", "sessions"]),
        ("with a as (select * from events) select * from a", ["events"]),
        ("with a as (select 1) select 1 in a", []),
        ("with a as (select 1), b as (select * from a) select * from b", []),
        ("with a as (select 1) select * from (select * from (select * from a))", []),
        ("with a as (select 1) select * from a union all select * from a", []),
        ("select * from numbers(3)", []),
        ("select * from events array join tags as tag", ["events"]),
    ],
)
def test_reports_every_table(sql: str, expected: list[str], tables: Tables) -> None:
    assert tables(sql) == expected


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select * from raw.events", "table raw.events is not documented"),
        ("select * from `analytics.events`", "table analytics.events is not documented"),
        ("select 1 in secrets", "table secrets is not documented"),
        ("with b as (select * from a), a as (select 1) select * from b", "table a is not"),
        ("with a as (select * from a) select * from a", "table a is not documented"),
        ("with events as (select 1) select * from events", "WITH events hides the table"),
        ("with a as (select 1) select * from (with a as (select 2) select * from a)", "twice"),
        ("with recursive a as (select 1) select * from a", "WITH RECURSIVE is not allowed"),
        ("select * from file('x')", "table function file is not allowed"),
        ("select file('x')", "function file is not allowed"),
        ("select * apply (file) from events", "function file is not allowed"),
        ("select sleepIf(1, 1)", "function sleepIf is not allowed"),
        ("select 1 settings max_threads = 1", "SETTINGS are not allowed"),
        ("select 1 format JSON", "FORMAT is not allowed"),
        ("select 1 into outfile 'x'", "INTO OUTFILE is not allowed"),
        ("select * from events stream", "STREAM is not allowed"),
        ("select {x:String}", "query parameters are not allowed"),
        ("explain select 1", "only one SELECT statement is allowed"),
        ("show tables", "only one SELECT statement is allowed"),
        ("insert into events select 1", "only one SELECT statement is allowed"),
        ("select cast('' as AggregateFunction(sum, UInt8))", "states cannot be made from text"),
        ("select cast('', concat('a', 'b'))", "CAST needs the name of a type"),
    ],
)
def test_refuses_with_a_reason(sql: str, reason: str, tables: Tables) -> None:
    with pytest.raises(PolicyViolation) as caught:
        tables(sql)

    assert reason in caught.value.reason


@pytest.mark.parametrize(
    "function",
    [
        "count()", "COUNT(1)", "sumIf(1, 1)", "uniqExactIfState(1, 1)", "COUNT(DISTINCT 1)",
        "groupArray(1)", "quantileIf(0.5)(1, 1)", "sumForEach([1])", "avgOrNull(1)", "NOW()",
    ],
)  # fmt: skip
def test_aggregates_may_carry_combinators(function: str, tables: Tables) -> None:
    assert tables(f"select {function}") == []


def test_a_statement_may_not_be_nested_too_deeply(tables: Tables, policy: Policy) -> None:
    sql = "select 1"
    for _ in range(8):
        sql = f"select * from ({sql})"

    assert tables(sql, replace(policy, max_depth=100)) == []
    with pytest.raises(PolicyViolation, match="nested too deeply"):
        tables(sql, replace(policy, max_depth=40))


def test_a_list_of_values_counts_as_nodes(tables: Tables, policy: Policy) -> None:
    values = ", ".join(str(n) for n in range(500))

    assert tables(f"select 1 in ({values})", replace(policy, max_nodes=600)) == []
    with pytest.raises(PolicyViolation, match="too large"):
        tables(f"select 1 in ({values})", replace(policy, max_nodes=400))


def test_depth_does_not_exhaust_the_stack(policy: Policy) -> None:
    node: Node = {"type": "Literal", "value": {"field_type": "UInt64", "value": 1}}
    for _ in range(5_000):
        arguments = {"type": "ExpressionList", "children": [node]}
        node = {"type": "Function", "name": "negate", "arguments": arguments}
    select = {"type": "SelectQuery", "select": {"type": "ExpressionList", "children": [node]}}
    selects = {"type": "ExpressionList", "children": [select]}

    with pytest.raises(PolicyViolation, match="nested too deeply"):
        check({"type": "SelectWithUnionQuery", "list_of_selects": selects}, policy)


def test_syntax_that_nobody_has_looked_at_is_refused(policy: Policy) -> None:
    select = {"type": "SelectQuery", "teleport": {"type": "Literal", "value": 1}}
    selects = {"type": "ExpressionList", "children": [select]}

    with pytest.raises(PolicyViolation, match="teleport is not allowed in SelectQuery"):
        check({"type": "SelectWithUnionQuery", "list_of_selects": selects}, policy)


def test_a_reference_tells_where_its_table_stands(parse: Parse, policy: Policy) -> None:
    tree = parse("select * from analytics.events as e where 1 in sessions")
    first, second = check(tree, policy)

    assert first.name == TableName("analytics", "events")
    assert first.alias == "e"
    assert isinstance(first.holder, dict)
    assert first.holder["database_and_table_name"]["name"] == "analytics.events"
    assert isinstance(second.holder, list)
    assert second.holder[1]["name"] == "sessions"
