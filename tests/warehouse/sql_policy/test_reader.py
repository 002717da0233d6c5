"""The reader role: documented databases, metadata, and what drivers need."""

from collections.abc import Callable

import pytest

from warehouse.sql_policy import PolicyViolation, reader_policy

Tables = Callable[..., list[str]]

POLICY = reader_policy("analytics")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from fct_events",
        "select * from analytics.fct_events",
        "with fct_events as (select 1 as a) select * from fct_events",
        "select name from system.tables where database = 'analytics'",
        "select name, value from system.settings where name = 'max_threads'",
        "select version(), timezone(), currentDatabase()",
        "select * from fct_events format Native",
        "select * from fct_events where country = {country:String}",
        "select * from fct_events settings max_threads = 1",
        "explain estimate select * from fct_events",
        "select parseQueryToJSON('select 1')",
    ],
)
def test_reads(sql: str, tables: Tables) -> None:
    tables(sql, POLICY)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from raw.events",
        "select * from system.query_log",
        "select * from system.users",
        "explain estimate select * from raw.events",
        "explain ast select 1",
        "select * from {t:Identifier}",
        "select * from fct_events settings additional_table_filters = {'t': '1'}",
        "select getSetting('max_threads')",
        "select * from fct_events into outfile 'x'",
        "select * from file('x')",
    ],
)
def test_does_not_read(sql: str, tables: Tables) -> None:
    with pytest.raises(PolicyViolation):
        tables(sql, POLICY)


def test_an_unnamed_database_is_the_current_one(tables: Tables) -> None:
    with pytest.raises(PolicyViolation):
        tables("select * from fct_events", reader_policy("raw"))


def test_temporary_tables_of_the_request_are_its_own(tables: Tables) -> None:
    own = reader_policy("default", is_temporary=lambda table: table == "uploaded")

    assert tables("select * from uploaded", own) == ["uploaded"]
