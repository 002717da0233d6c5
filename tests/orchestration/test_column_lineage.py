"""Which columns a column is made of, in the SQL that models are written in."""

import pytest
from sqlglot.errors import SqlglotError

from orchestration.defs.warehouse.column_lineage import column_lineage
from orchestration.defs.warehouse.model_lineage import fingerprint

TABLES = {
    "analytics.visits": ["project_id", "session_id", "started_at", "path", "version"],
    "analytics.people": ["project_id", "person_id", "visit_id", "country"],
}
VISITS = "analytics.visits"
PEOPLE = "analytics.people"


def test_a_renamed_column_comes_through_ctes_and_stars() -> None:
    sql = "with source as (select * from analytics.visits) select path as entry_path from source"
    assert column_lineage(sql, ["entry_path"], TABLES) == {"entry_path": [(VISITS, "path")]}


def test_an_expression_comes_from_all_of_its_columns() -> None:
    sql = (
        "select concat(visits.path, people.country) as label from analytics.visits as visits "
        "any left join analytics.people as people on visits.session_id = people.visit_id"
    )
    assert column_lineage(sql, ["label"], TABLES) == {
        "label": [(PEOPLE, "country"), (VISITS, "path")]
    }


def test_a_union_comes_from_each_side() -> None:
    sql = (
        "select session_id from analytics.visits union all "
        "select visit_id as session_id from analytics.people"
    )
    assert column_lineage(sql, ["session_id"], TABLES) == {
        "session_id": [(PEOPLE, "visit_id"), (VISITS, "session_id")]
    }


def test_the_element_of_a_tuple_comes_from_the_tuple() -> None:
    sql = (
        "with pairs as (select arrayJoin(groupArray((started_at, path))) as pair "
        "from analytics.visits group by project_id) select pair.2 as path from pairs"
    )
    assert column_lineage(sql, ["path"], TABLES) == {
        "path": [(VISITS, "path"), (VISITS, "started_at")]
    }


@pytest.mark.parametrize("count", ["count()", "count(*)", "countState()"])
def test_a_count_comes_from_the_id_of_the_rows(count: str) -> None:
    sql = f"select path, {count} as visit_count from analytics.visits group by path"
    assert column_lineage(sql, ["visit_count"], TABLES) == {"visit_count": [(VISITS, "session_id")]}


def test_a_sum_of_constants_counts_rows() -> None:
    sql = (
        "with changes as (select toInt64(1) as change from analytics.people) "
        "select sum(change) as balance from changes"
    )
    assert column_lineage(sql, ["balance"], TABLES) == {"balance": [(PEOPLE, "person_id")]}


def test_a_constant_comes_from_nothing() -> None:
    sql = "select path, toUInt64(1) as version from analytics.visits"
    assert column_lineage(sql, ["version", "missing"], TABLES) == {"version": [], "missing": []}


def test_sql_that_is_none_is_an_error() -> None:
    with pytest.raises(SqlglotError):
        column_lineage("select from where", ["path"], TABLES)


def test_the_version_of_a_build_does_not_make_a_model_new() -> None:
    first, second = (
        f"select toUInt64({v}) as version" for v in (1763800000000001, 1763800000000002)
    )
    assert fingerprint(first, ["version"]) == fingerprint(second, ["version"])
    assert fingerprint(first, ["version"]) != fingerprint(first, ["version", "path"])
