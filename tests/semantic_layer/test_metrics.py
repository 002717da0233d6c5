"""Every number below can be counted by hand in `marts.py`."""

from dataclasses import replace
from typing import Any

import pytest

from semantic_layer.errors import InvalidDimension, InvalidQuery, UnknownDimension, UnknownMetric
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext
from semantic_layer.queries import parse_query
from semantic_layer.results import QueryResult

THREE_DAYS = {"from": "2026-03-28", "to": "2026-03-31"}


class Asker:
    def __init__(self, layer: SemanticLayer, project: ProjectContext) -> None:
        self.layer = layer
        self.project = project

    async def __call__(self, *metrics: str, **query: Any) -> QueryResult:
        query.setdefault("time", THREE_DAYS)
        parsed = parse_query({"kind": "metrics", "metrics": list(metrics), **query})
        return await self.layer.run(parsed, self.project)


@pytest.fixture
def ask(layer: SemanticLayer, project: ProjectContext) -> Asker:
    return Asker(layer, project)


def by_day() -> dict[str, Any]:
    return {**THREE_DAYS, "grain": "day"}


async def test_a_total_is_one_row(ask: Asker) -> None:
    result = await ask("events")

    assert result.rows == [[11]]
    assert [column.model_dump() for column in result.columns] == [
        {"name": "events", "type": "number", "unit": "count", "label": "Events"}
    ]


async def test_bots_do_not_count_as_events_or_people(ask: Asker) -> None:
    result = await ask("events", "people", where=[_is("country", "US")])

    assert result.rows == [[0, 0]]


async def test_a_grain_gives_a_row_for_every_bucket(ask: Asker) -> None:
    result = await ask("events", time={"from": "2026-03-27", "to": "2026-03-31", "grain": "day"})

    assert result.rows == [
        ["2026-03-27", 0],
        ["2026-03-28", 3],
        ["2026-03-29", 3],
        ["2026-03-30", 5],
    ]


async def test_people_are_distinct_in_each_bucket_and_in_the_total(ask: Asker) -> None:
    daily = await ask("people", time=by_day())
    total = await ask("people")

    assert daily.rows == [["2026-03-28", 2], ["2026-03-29", 2], ["2026-03-30", 3]]
    assert total.rows == [[3]]


async def test_a_breakdown_shows_what_was_not_sent_as_missing(ask: Asker) -> None:
    result = await ask("people", "events", group_by=["country"])

    assert result.rows == [["FR", 2, 4], [None, 1, 2], ["DE", 1, 5]]


async def test_the_highest_come_first_and_ties_are_ordered_by_the_group(ask: Asker) -> None:
    result = await ask("people", group_by=["country"])

    assert result.rows == [["FR", 2], [None, 1], ["DE", 1]]


async def test_order_and_limit(ask: Asker) -> None:
    result = await ask(
        "events", group_by=["path"], order_by=[{"field": "path", "descending": False}], limit=2
    )

    assert result.rows == [[None, 3], ["/", 5]]


async def test_with_time_and_groups_the_limit_counts_groups(ask: Asker) -> None:
    result = await ask("events", group_by=["country"], time=by_day(), limit=2)

    assert result.rows == [
        ["2026-03-28", "DE", 2],
        ["2026-03-28", "FR", 1],
        ["2026-03-29", "DE", 1],
        ["2026-03-29", "FR", 1],
        ["2026-03-30", "DE", 2],
        ["2026-03-30", "FR", 2],
    ]


async def test_metrics_of_several_models_stand_side_by_side(ask: Asker) -> None:
    result = await ask("events", "sessions", "dau", time=by_day())

    assert result.rows == [
        ["2026-03-28", 3, 2, 2.0],
        ["2026-03-29", 3, 2, 2.0],
        ["2026-03-30", 5, 1, 3.0],
    ]


async def test_metrics_of_several_models_share_a_dimension(ask: Asker) -> None:
    result = await ask("sessions", "events", group_by=["country"])

    assert result.rows == [["DE", 3, 5], [None, 1, 2], ["FR", 1, 4]]


async def test_the_period_before_is_aligned_by_bucket(ask: Asker) -> None:
    time = {"from": "2026-03-29", "to": "2026-03-31", "grain": "day"}
    result = await ask("events", time=time, compare="previous_period")

    assert [column.name for column in result.columns] == [
        "metric_time",
        "events",
        "events_previous",
        "events_change",
    ]
    assert result.rows == [["2026-03-29", 3, 0, None], ["2026-03-30", 5, 3, pytest.approx(2 / 3)]]


async def test_hours_of_two_weeks_are_compared(ask: Asker) -> None:
    """Too many buckets to write out as moments."""
    time = {"from": "2026-03-17", "to": "2026-03-31", "grain": "hour"}
    rows = (await ask("events", time=time, compare="previous_period")).rows

    assert len(rows) == 14 * 24 - 1  # Berlin's clocks went forward on 29 March
    assert sum(row[1] for row in rows) == 11


async def test_growth_from_nothing_is_unknown(ask: Asker) -> None:
    time = {"from": "2026-03-28", "to": "2026-03-30"}

    assert (await ask("events", time=time, compare="previous_period")).rows == [[6, 0, None]]


async def test_decline_to_nothing_is_all_of_it(ask: Asker) -> None:
    time = {"from": "2026-03-01", "to": "2026-03-02"}

    assert (await ask("events", time=time, compare="previous_period")).rows == [[0, 1, -1.0]]


async def test_compared_groups_keep_those_of_either_period(ask: Asker) -> None:
    result = await ask(
        "events",
        group_by=["country"],
        time={"from": "2026-03-30", "to": "2026-03-31"},
        compare="previous_period",
    )

    assert result.rows == [["DE", 2, 1, 1.0], ["FR", 2, 1, 1.0], [None, 1, 1, 0.0]]


async def test_the_period_before_whole_months_is_whole_months(ask: Asker) -> None:
    result = await ask(
        "events", time={"from": "2026-03-01", "to": "2026-04-01"}, compare="previous_period"
    )

    assert result.rows == [[11, 1, 10.0]]


async def test_dau_over_several_days_is_the_mean_of_the_days(ask: Asker) -> None:
    total = await ask("dau", time={"from": "2026-03-26", "to": "2026-03-31"})
    weekly = await ask("dau", time={"from": "2026-03-26", "to": "2026-03-31", "grain": "week"})

    assert total.rows == [[7 / 5]]
    assert weekly.rows == [["2026-03-23", 1.0], ["2026-03-30", 3.0]]


async def test_dau_by_group_divides_by_the_same_days(ask: Asker) -> None:
    total = await ask("dau", group_by=["country"], time={"from": "2026-03-26", "to": "2026-03-31"})
    daily = await ask("dau", group_by=["country"], time=by_day())
    filtered = await ask("dau", where=[_is("country", "DE")], time=by_day())

    # FR: u2 on the 28th, u1 on the 29th, u2 on the 30th; DE: u1 on three days; none: u3 on two
    assert total.rows == [["DE", 3 / 5], ["FR", 3 / 5], [None, 2 / 5]]
    assert daily.rows == [
        ["2026-03-28", "DE", 1],
        ["2026-03-28", "FR", 1],
        ["2026-03-28", None, 0],
        ["2026-03-29", None, 1],
        ["2026-03-29", "DE", 1],
        ["2026-03-29", "FR", 1],
        ["2026-03-30", None, 1],
        ["2026-03-30", "DE", 1],
        ["2026-03-30", "FR", 1],
    ]
    assert filtered.rows == [["2026-03-28", 1], ["2026-03-29", 1], ["2026-03-30", 1]]


async def test_trailing_figures_are_those_of_the_last_day(ask: Asker) -> None:
    result = await ask(
        "wau", "mau", time={"from": "2026-03-26", "to": "2026-03-31", "grain": "week"}
    )

    assert result.rows == [["2026-03-23", 3, 3], ["2026-03-30", 3, 3]]


async def test_new_users_are_dated_by_their_first_activity(ask: Asker) -> None:
    result = await ask("new_users", time=by_day())
    by_country = await ask("new_users", group_by=["country"])

    assert result.rows == [["2026-03-28", 1], ["2026-03-29", 1], ["2026-03-30", 0]]
    assert by_country.rows == [[None, 1], ["FR", 1]]


async def test_ratios_are_computed_in_each_group_and_empty_without_rows(ask: Asker) -> None:
    rate = await ask("bounce_rate", group_by=["entry_path"])
    daily = await ask(
        "bounce_rate", time={"from": "2026-03-27", "to": "2026-03-31", "grain": "day"}
    )

    assert rate.rows == [["/docs", 1.0], ["/", 0.25]]
    assert daily.rows == [
        ["2026-03-27", None],
        ["2026-03-28", 0.5],
        ["2026-03-29", 0.5],
        ["2026-03-30", 0.0],
    ]


async def test_money(ask: Asker) -> None:
    result = await ask("revenue", "refunds", "net_revenue", "orders", "average_order_value")

    assert result.rows == [[150.0, 50.0, 100.0, 2, 75.0]]


async def test_money_without_orders_has_no_average(ask: Asker) -> None:
    result = await ask(
        "orders", "average_order_value", time={"from": "2026-03-28", "to": "2026-03-29"}
    )

    assert result.rows == [[0, None]]


async def test_hours_are_local_and_the_skipped_one_is_no_bucket(ask: Asker) -> None:
    time = {"from": "2026-03-29T00:00:00", "to": "2026-03-29T05:00:00", "grain": "hour"}
    result = await ask("events", time=time)

    assert result.rows == [
        ["2026-03-29T00:00:00+01:00", 0],
        ["2026-03-29T01:00:00+01:00", 1],
        ["2026-03-29T03:00:00+02:00", 1],
        ["2026-03-29T04:00:00+02:00", 0],
    ]


async def test_a_clock_change_at_midnight_skips_the_first_hour_of_the_day(
    layer: SemanticLayer, project: ProjectContext
) -> None:
    cairo = Asker(layer, replace(project, timezone="Africa/Cairo"))
    time = {"from": "2026-04-23T22:00", "to": "2026-04-24T03:00", "grain": "hour"}

    assert [row[0] for row in (await cairo("events", time=time)).rows] == [
        "2026-04-23T22:00:00+02:00",
        "2026-04-23T23:00:00+02:00",
        "2026-04-24T01:00:00+03:00",
        "2026-04-24T02:00:00+03:00",
    ]


async def test_last_hours_end_with_the_current_one(ask: Asker) -> None:
    """It is 12:00 in Berlin."""
    result = await ask("events", time={"last": {"n": 4, "unit": "hour"}, "grain": "hour"})

    assert result.rows == [
        ["2026-03-30T09:00:00+02:00", 2],
        ["2026-03-30T10:00:00+02:00", 1],
        ["2026-03-30T11:00:00+02:00", 2],
        ["2026-03-30T12:00:00+02:00", 0],
    ]
    assert result.warnings == ["The current hour is not complete yet."]


async def test_weeks_start_on_the_projects_day(
    layer: SemanticLayer, project: ProjectContext
) -> None:
    sunday = Asker(layer, replace(project, week_start=7))
    result = await sunday(
        "events", time={"from": "2026-03-28", "to": "2026-03-31", "grain": "week"}
    )

    assert result.rows == [["2026-03-22", 3], ["2026-03-29", 8]]


@pytest.mark.parametrize(
    ("grain", "rows"),
    [
        ("month", [["2026-02-01", 1], ["2026-03-01", 11]]),
        ("quarter", [["2026-01-01", 12]]),
        ("year", [["2026-01-01", 12]]),
    ],
)
async def test_long_grains(ask: Asker, grain: str, rows: list[list[Any]]) -> None:
    result = await ask("events", time={"from": "2026-02-01", "to": "2026-04-01", "grain": grain})

    assert result.rows == rows


def _is(field: str, value: Any, op: str = "eq") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("condition", "events"),
    [
        (_is("country", "DE"), 5),
        (_is("country", "DE", "neq"), 6),
        (_is("country", ["DE", "FR"], "in"), 9),
        (_is("country", ["DE", "FR"], "not_in"), 2),
        (_is("path", "PRIC", "contains"), 2),
        (_is("path", "pric", "not_contains"), 9),
        (_is("path", "/D", "starts_with"), 1),
        ({"field": "country", "op": "is_set"}, 9),
        ({"field": "country", "op": "is_not_set"}, 2),
        (_is("country", "E", "gte"), 4),
        (_is("country", ["A", "E"], "between"), 5),
        (_is("properties.plan", "pro"), 2),
        (_is("properties.plan", "pro", "neq"), 9),
        (_is("properties.plan", True), 1),
        (_is("properties.seats", 5), 1),
        (_is("properties.seats", 4, "gt"), 1),
        (_is("properties.seats", 5, "neq"), 10),
        (_is("properties.seats", [1, 5], "between"), 1),
        (_is("properties.items.count", 2), 1),
        ({"field": "properties.coupon", "op": "is_set"}, 0),
        ({"field": "properties.plan", "op": "is_set"}, 4),
        (_is("country", "D'E\\{{ x }}"), 0),
        (_is("country", "'__literal_0__'"), 0),
    ],
)
async def test_filters(ask: Asker, condition: dict[str, Any], events: int) -> None:
    result = await ask("events", where=[condition])

    assert result.rows == [[events]]


async def test_properties_can_be_broken_down_by(ask: Asker) -> None:
    result = await ask("events", group_by=["properties.plan"], where=[_is("country", "DE", "neq")])

    assert result.columns[0].name == "properties.plan"
    assert result.rows == [[None, 3], ["free", 1], ["pro", 1], ["true", 1]]


async def test_projects_do_not_see_each_other(
    ask: Asker, layer: SemanticLayer, other_project: ProjectContext
) -> None:
    other = Asker(layer, other_project)

    assert (await ask("events", where=[_is("path", "/globex")])).rows == [[0]]
    assert (await other("events", "people", "sessions")).rows == [[3, 1, 1]]


async def test_unknown_metric_names_those_spelt_alike(ask: Asker) -> None:
    with pytest.raises(UnknownMetric) as caught:
        await ask("sesions")

    assert caught.value.status == 422
    assert caught.value.near[0] == "sessions"
    assert caught.value.detail.startswith("There is no metric 'sesions'. Did you mean 'sessions'")


async def test_unknown_dimension_names_those_spelt_alike(ask: Asker) -> None:
    with pytest.raises(UnknownDimension) as caught:
        await ask("events", group_by=["contry"])

    assert "country" in caught.value.near


async def test_a_dimension_that_the_metric_lacks_names_the_valid_ones(ask: Asker) -> None:
    with pytest.raises(InvalidDimension) as caught:
        await ask("sessions", group_by=["event_name"])

    assert caught.value.detail.startswith(
        "sessions cannot be broken down or filtered by event_name. Valid dimensions: entry_path"
    )


async def test_a_metric_of_days_has_no_hours(ask: Asker) -> None:
    with pytest.raises(InvalidQuery, match="Valid grains: day, week, month, quarter, year"):
        await ask("dau", time={"last": {"n": 3, "unit": "day"}, "grain": "hour"})


async def test_order_by_something_else_names_what_is_valid(ask: Asker) -> None:
    with pytest.raises(InvalidQuery, match=r"cannot order by 'people'\. Valid: country, events"):
        await ask("events", group_by=["country"], order_by=[{"field": "people"}])


async def test_the_same_metric_twice_is_refused(ask: Asker) -> None:
    with pytest.raises(InvalidQuery, match="same name"):
        await ask("events", "events")
