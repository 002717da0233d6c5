"""Two projects with the same user ids: no SQL of one shows a row of the other."""

import json

import pytest

from semantic_layer.errors import SemanticError
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from tests.semantic_layer import marts

OTHERS = ("globex", "JP", marts.SECRET)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from fct_events",
        "select * from fct_events where project_id = 'globex'",
        "select * from fct_events where 1 = 1 or project_id = 'globex'",
        "select * from fct_events having 1 or project_id = 'globex'",
        "select * from fct_events where not (project_id = 'acme')",
        "select * from fct_events as e where e.user_id = 'u1'",
        "select * from analytics.fct_events where analytics.fct_events.user_id = 'u1'",
        "select 'x' as project_id, * from fct_events where project_id = 'x'",
        "with 'globex' as project_id select * from fct_events where project_id = 'globex'",
        "with (select 'globex') as project_id select country from fct_events",
        "select *, 'globex' = project_id as mine from fct_events prewhere 1",
        "select * from fct_events final",
        "select a.* from fct_events as a join fct_events as b on a.user_id = b.user_id",
        "select b.country from fct_events as a, fct_events as b where a.user_id = b.user_id",
        "select * from fct_events as x join fct_sessions as fct_events using (session_id)",
        "select * from fct_events union all select * from fct_events",
        "select * from (select * from (select * from fct_events))",
        "with x as (select * from fct_events) select * from x union all select * from x",
        "select * from dim_persons where person_id in (select person_id from fct_events)",
        "select country from fct_events where person_id in (select person_id from dim_persons)",
        "select country in (select country from fct_events) from fct_sessions where country = 'DE'",
        "select countIf(country = 'JP') > 0 and 'JP' as leak from fct_events having leak != 0",
        "select arrayJoin(groupArray(country)) from fct_events",
        "select arrayMap(x -> (select groupArray(country) from fct_events), [1])",
        "select any(country) over (order by occurred_at desc) from fct_events",
        "select * from fct_events array join [country, path] as x",
        "select (select groupUniqArray(country) from fct_events)",
        "select * from fct_events order by project_id desc limit 1 by project_id",
        "select * from fct_events natural join fct_sessions",
        "select columns('.*') from fct_events",
        "select count() from fct_events where project_id in fct_person_days",
        "select * except (project_id) from fct_events -- where project_id = 'globex'",
        "select * from fct_events /* */ where '*/' = '' or 1",
        "select * from fct_events where 'a\\'' = '' or 1 or 'globex\\\\' = ''",
    ],
)
async def test_sql_never_shows_the_other_project(
    sql: str, layer: SemanticLayer, project: ProjectContext
) -> None:
    try:
        result = await layer.run_sql(sql, project)
    except SemanticError:
        return  # a statement that does not run shows nothing
    shown = json.dumps([row for row in result.rows if row != [sql]])

    assert not [value for value in OTHERS if value in shown]


async def test_each_project_counts_its_own_rows(
    layer: SemanticLayer, project: ProjectContext, other_project: ProjectContext
) -> None:
    sql = "select count() from fct_events where user_id = 'u1' and event_date >= '2026-03-28'"

    assert (await layer.run_sql(sql, project)).rows == [[6]]
    assert (await layer.run_sql(sql, other_project)).rows == [[3]]


async def test_a_project_id_is_a_value_and_not_sql(layer: SemanticLayer) -> None:
    for project_id in ("' or 1 = 1 --", "\\' or 1 = 1 --", "acme' union all select 1 --", "🦄"):
        result = await layer.run_sql("select count() from fct_events", ProjectContext(project_id))

        assert result.rows == [[0]]
