"""The list of functions against the engine's own."""

from clickhouse_connect.driver.client import Client

from warehouse.sql_policy.functions import AGGREGATES, METADATA, PURE

NOT_IN_SYSTEM_FUNCTIONS = {"lambda", "exists", "grouping"}


def _names(client: Client, sql: str) -> set[str]:
    return {str(name).lower() for (name,) in client.query(sql).result_rows}


def test_every_name_is_a_function_of_the_engine(client: Client) -> None:
    known = _names(client, "select name from system.functions")

    assert PURE - known == NOT_IN_SYSTEM_FUNCTIONS
    assert known >= METADATA


def test_aggregates_are_aggregates(client: Client) -> None:
    assert _names(client, "select name from system.functions where is_aggregate") >= AGGREGATES


def test_no_function_can_be_read_as_a_table_function(client: Client) -> None:
    """`x IN f(…)` reads a table function where there is one of that name."""
    assert not PURE & _names(client, "select name from system.table_functions")


def test_functions_that_reach_outside_are_not_listed() -> None:
    reaching = {"file", "dictget", "joinget", "sleep", "getsetting", "throwif", "hascolumnintable"}

    assert not PURE & (reaching | METADATA)
