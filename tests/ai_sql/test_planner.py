"""Questions become semantic queries, questions back, or refusals."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_sql.planner import LocalPlanner
from ai_sql.plans import Clarification, Intent, Plan, Refusal
from semantic_layer.queries import parse_query

LAST_30_DAYS = {"last": {"n": 30, "unit": "day"}}
LAST_WEEK = {"from": "2026-11-09", "to": "2026-11-16"}


def plan(planner: LocalPlanner, question: str) -> Plan:
    outcome = planner.plan(question)
    assert isinstance(outcome, Plan), outcome
    parse_query(outcome.query)
    return outcome


def condition(field: str, value: Any, op: str = "eq") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("question", "metrics", "time"),
    [
        ("How many sessions did we have last week?", ["sessions"], LAST_WEEK),
        ("number of events in the last 30 days", ["events"], LAST_30_DAYS),
        (
            "What was our revenue in 2011?",
            ["revenue"],
            {"from": "2011-01-01", "to": "2012-01-01"},
        ),
        (
            "how many unique visitors on 2015-05-17?",
            ["people"],
            {"from": "2015-05-17", "to": "2015-05-18"},
        ),
        (
            "how many daily active users yesterday",
            ["dau"],
            {"from": "2026-11-21", "to": "2026-11-22"},
        ),
        ("average daily active users last week", ["dau"], LAST_WEEK),
        ("sessions and revenue last week", ["sessions", "revenue"], LAST_WEEK),
    ],
)
def test_a_count_is_one_number(
    planner: LocalPlanner, question: str, metrics: list[str], time: dict[str, Any]
) -> None:
    found = plan(planner, question)
    assert found.intent is Intent.COUNT
    assert found.query == {
        "kind": "metrics",
        "metrics": metrics,
        "group_by": [],
        "where": [],
        "time": time,
    }


@pytest.mark.parametrize(
    ("question", "metric", "time"),
    [
        (
            "daily active users for the past 7 days",
            "dau",
            {"last": {"n": 7, "unit": "day"}, "grain": "day"},
        ),
        (
            "revenue by month in 2011",
            "revenue",
            {"from": "2011-01-01", "to": "2012-01-01", "grain": "month"},
        ),
        (
            "visits per week last 90 days",
            "sessions",
            {"last": {"n": 90, "unit": "day"}, "grain": "week"},
        ),
        ("bounce rate over time", "bounce_rate", LAST_30_DAYS | {"grain": "day"}),
        (
            "trend of sessions since March",
            "sessions",
            {"from": "2026-03-01", "to": "2026-11-23", "grain": "week"},
        ),
        (
            "page view trend yesterday",
            "page_views",
            {"from": "2026-11-21", "to": "2026-11-22", "grain": "hour"},
        ),
    ],
)
def test_a_trend_has_a_grain(
    planner: LocalPlanner, question: str, metric: str, time: dict[str, Any]
) -> None:
    found = plan(planner, question)
    assert found.intent is Intent.TREND
    assert (found.query["metrics"], found.query["time"]) == ([metric], time)


def test_a_top_n_is_ordered_and_limited(planner: LocalPlanner) -> None:
    found = plan(planner, "top 5 pages by page views in May 2015")
    assert found.intent is Intent.TOP
    assert found.query == {
        "kind": "metrics",
        "metrics": ["page_views"],
        "group_by": ["path"],
        "where": [],
        "time": {"from": "2015-05-01", "to": "2015-06-01"},
        "order_by": [{"field": "page_views", "descending": True}],
        "limit": 5,
    }


def test_a_top_n_over_time_keeps_the_highest_groups(planner: LocalPlanner) -> None:
    found = plan(planner, "top 3 countries by revenue each month of 2011")
    assert (found.query["group_by"], found.query["limit"]) == (["country"], 3)
    assert found.query["time"]["grain"] == "month"
    assert "order_by" not in found.query


def test_a_grain_may_follow_a_dimension(planner: LocalPlanner) -> None:
    found = plan(planner, "revenue by country and month in 2011")
    assert (found.query["group_by"], found.query["time"]["grain"]) == (["country"], "month")


def test_the_period_before_has_the_same_length(planner: LocalPlanner) -> None:
    outcome = planner.plan("sessions last 7 days vs the previous 14 days")
    assert isinstance(outcome, Clarification)
    assert outcome.reason == "A period is compared with the one right before it."


def test_the_least_popular_come_in_ascending_order(planner: LocalPlanner) -> None:
    found = plan(planner, "3 least popular browsers last week")
    assert found.query["order_by"] == [{"field": "people", "descending": False}]
    assert found.query["limit"] == 3
    assert found.assumptions[0] == "Browser ranked by people"


@pytest.mark.parametrize(
    ("question", "grain", "limit", "descending"),
    [
        ("which day had the most sessions in May 2015", "day", 1, True),
        ("busiest 3 hours by sessions in May 2015", "hour", 3, True),
        ("what were the quietest weeks by sessions in May 2015", "week", 10, False),
        ("which 2 months in 2015 had the fewest sessions", "month", 2, False),
    ],
)
def test_stretches_of_time_can_be_ranked(
    planner: LocalPlanner, question: str, grain: str, limit: int, descending: bool
) -> None:
    found = plan(planner, question)
    assert found.intent is Intent.TOP
    assert found.query["time"]["grain"] == grain
    assert found.query["order_by"] == [{"field": "sessions", "descending": descending}]
    assert found.query["limit"] == limit


def test_the_busiest_day_of_all_is_the_one_with_most_events(planner: LocalPlanner) -> None:
    found = plan(planner, "what was the busiest day in May 2015")
    assert (found.query["metrics"], found.assumptions) == (["events"], ("ranked by events",))


@pytest.mark.parametrize(
    ("question", "metrics", "group_by"),
    [
        ("top 5 events last week", ["events"], ["event_name"]),
        ("most frequent events by people last week", ["people"], ["event_name"]),
        ("people by event last week", ["people"], ["event_name"]),
        ("which country had the most events last week", ["events"], ["country"]),
        ("countries by events last week", ["events"], ["country"]),
    ],
)
def test_a_word_that_is_a_metric_and_a_dimension(
    planner: LocalPlanner, question: str, metrics: list[str], group_by: list[str]
) -> None:
    found = plan(planner, question)
    assert (found.query["metrics"], found.query["group_by"]) == (metrics, group_by)


def test_a_ranking_of_nothing_is_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("top users last week")
    assert isinstance(outcome, Clarification)
    assert outcome.reason == "People of what should be ranked?"
    assert outcome.options[:2] == ("which day had the most people", "top page by people")
    assert all(isinstance(planner.plan(option), Plan) for option in outcome.options)


def test_an_average_of_a_total_is_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("average revenue last week")
    assert isinstance(outcome, Clarification)
    assert outcome.options[0] == "average revenue per day"
    assert all(isinstance(planner.plan(option), Plan) for option in outcome.options)


def test_a_series_ends_today(planner: LocalPlanner) -> None:
    found = plan(planner, "daily active users this month")
    assert found.query["time"] == {"from": "2026-11-01", "to": "2026-11-23", "grain": "day"}


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("sessions from Germany last week", [condition("country", "DE")]),
        ("sessions not from Germany last week", [condition("country", "DE", "neq")]),
        ("sessions from Germany and France last week", [condition("country", ["DE", "FR"], "in")]),
        (
            "sessions in Chrome from France last week",
            [condition("browser", "Chrome"), condition("country", "FR")],
        ),
        ("sessions from Chrome browsers last week", [condition("browser", "Chrome")]),
        ("sessions where medium is email last week", [condition("utm_medium", "email")]),
        ("page views of /pricing last week", [condition("path", "/pricing")]),
        (
            'page views where page contains "blog" last week',
            [condition("path", "blog", "contains")],
        ),
        (
            "events where event is not order_completed last week",
            [condition("event_name", "order_completed", "neq")],
        ),
        ("how many people signed up last week", [condition("event_name", "signed_up")]),
    ],
)
def test_values_become_filters(
    planner: LocalPlanner, question: str, where: list[dict[str, Any]]
) -> None:
    found = plan(planner, question)
    assert found.query["where"] == where
    assert found.query["group_by"] == []


def test_either_of_two_pages_counts_and_that_is_stated(planner: LocalPlanner) -> None:
    found = plan(planner, "how many users viewed /pricing and /checkout last week")
    assert found.query["where"] == [condition("path", ["/pricing", "/checkout"], "in")]
    assert "any one of the pages named is enough" in found.assumptions


@pytest.mark.parametrize(
    ("question", "metric"),
    [("sum of revenue last week", "revenue"), ("unique users last week", "people")],
)
def test_what_a_metric_is_anyway_goes_without_saying(
    planner: LocalPlanner, question: str, metric: str
) -> None:
    assert plan(planner, question).query["metrics"] == [metric]


def test_an_event_alone_is_counted_by_events(planner: LocalPlanner) -> None:
    found = plan(planner, "how many order_completed yesterday")
    assert found.query["metrics"] == ["events"]


def test_the_reading_not_taken_is_stated(planner: LocalPlanner) -> None:
    found = plan(planner, "sessions from email last week")
    assert "“Email” is read as channel, not campaign medium" in found.assumptions


def test_a_two_letter_word_is_a_country_only_in_capitals(planner: LocalPlanner) -> None:
    assert plan(planner, "how many sessions did it get last week").query["where"] == []
    assert plan(planner, "sessions in IT last week").query["where"] == [condition("country", "IT")]


@pytest.mark.parametrize(
    ("question", "time"),
    [
        ("sessions in May 2015 vs April 2015", {"from": "2015-05-01", "to": "2015-06-01"}),
        ("revenue last week compared to the previous week", LAST_WEEK),
        ("revenue week over week", LAST_WEEK),
        ("sessions last 7 days vs the previous 7 days", {"last": {"n": 7, "unit": "day"}}),
        ("has revenue grown", LAST_30_DAYS),
        ("did revenue go up in May 2015", {"from": "2015-05-01", "to": "2015-06-01"}),
        (
            "how did revenue change from 17 May 2015 to 18 May 2015",
            {"from": "2015-05-18", "to": "2015-05-19"},
        ),
        (
            "revenue from 17 May 2015 to 18 May 2015 compared to the previous period",
            {"from": "2015-05-17", "to": "2015-05-19"},
        ),
    ],
)
def test_a_comparison_is_with_the_period_before(
    planner: LocalPlanner, question: str, time: dict[str, Any]
) -> None:
    found = plan(planner, question)
    assert found.intent is Intent.COMPARISON
    assert (found.query["compare"], found.query["time"]) == ("previous_period", time)


def test_a_change_over_several_units_is_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("did revenue grow from January 2015 to May 2015")
    assert isinstance(outcome, Clarification)
    assert outcome.reason == (
        "A change over 1 January 2015 to 31 May 2015 can be shown in two ways:"
    )
    trend, comparison = [plan(planner, option) for option in outcome.options]
    assert (trend.intent, comparison.intent) == (Intent.TREND, Intent.COMPARISON)
    assert trend.period == comparison.period


def test_an_undocumented_ratio_is_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("revenue per visitor last week")
    assert isinstance(outcome, Clarification)
    assert outcome.reason == "No metric is documented as revenue per people."
    assert plan(planner, outcome.options[0]).query["metrics"] == ["revenue", "people"]


def test_a_list_needs_something_to_list(planner: LocalPlanner) -> None:
    outcome = planner.plan("list all users")
    assert isinstance(outcome, Clarification)
    assert outcome.options[:2] == ("people over time", "people by page")
    assert plan(planner, "list users by country").query["group_by"] == ["country"]


def test_the_present_is_today(planner: LocalPlanner) -> None:
    today = {"from": "2026-11-22", "to": "2026-11-23"}
    assert plan(planner, "revenue today so far").query["time"] == today
    found = plan(planner, "number of active users right now")
    assert (found.query["metrics"], found.query["time"]) == (["people"], today)
    assert found.assumptions == ("right now is read as today",)


def test_values_to_compare_stand_side_by_side(planner: LocalPlanner) -> None:
    found = plan(planner, "compare sessions from Germany and France last week")
    assert found.query["group_by"] == ["country"]
    assert "compare" not in found.query


def test_two_periods_that_do_not_touch_are_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("sessions in May 2015 vs July 2015")
    assert isinstance(outcome, Clarification)
    assert outcome.options[0] == "May 2015 compared to the previous month"


def test_without_a_period_the_last_thirty_days_are_taken_and_stated(planner: LocalPlanner) -> None:
    found = plan(planner, "number of events")
    assert found.query["time"] == LAST_30_DAYS
    assert found.assumptions == ("no period given: the last 30 days",)
    assert found.confidence == 0.9


def test_without_recent_data_everything_is_taken_and_stated(planner: LocalPlanner) -> None:
    calendar = replace(planner.calendar, first_day=date(2015, 5, 17), last_day=date(2015, 5, 20))
    found = plan(replace(planner, calendar=calendar), "number of events")
    assert found.query["time"] == {"from": "2015-05-17", "to": "2015-05-21"}
    assert found.assumptions == ("no period given: 17 May 2015 to 20 May 2015",)


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("what is the average temperature of our servers", "“temperature”, “servers”"),
        ("churn rate last month", "“churn”, “rate”"),
        ("who is the president of France", "“who”, “president”"),
        ("who are our most active users", "“who”"),
        ("where do visitors come from", "“where”"),
        ("total event value last month", "“value”"),
        ("how many different pages were viewed yesterday", "“different”"),
        ("drop table users", "“drop”"),
        ("hello there", "“hello”"),
    ],
)
def test_what_is_not_documented_is_refused_with_what_can_be_asked(
    planner: LocalPlanner, question: str, unknown: str
) -> None:
    outcome = planner.plan(question)
    assert isinstance(outcome, Refusal)
    assert outcome.reason.startswith(f"Nothing documented matches {unknown}.")
    assert all(isinstance(planner.plan(option), Plan) for option in outcome.options)
    assert len(outcome.options) == 4


def test_a_refused_breakdown_names_the_valid_ones(planner: LocalPlanner) -> None:
    outcome = planner.plan("revenue by astrological sign")
    assert isinstance(outcome, Refusal)
    assert outcome.reason.endswith(
        "Revenue can be broken down by page, event, country, browser, channel, campaign medium."
    )
    assert outcome.options[:2] == ("revenue over time", "revenue by page")


def test_a_spelling_mistake_is_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("sesions last week")
    assert isinstance(outcome, Clarification)
    assert outcome.options == ("sessions last week",)


def test_a_dimension_that_the_metric_does_not_have_is_asked_back(planner: LocalPlanner) -> None:
    outcome = planner.plan("stickiness by country last week")
    assert isinstance(outcome, Clarification)
    assert outcome.reason == "Stickiness cannot be broken down or filtered by country. These can:"
    assert "events by country" in outcome.options


@given(st.text(max_size=200))
def test_any_text_has_an_outcome(planner: LocalPlanner, question: str) -> None:
    outcome = planner.plan(question)
    if isinstance(outcome, Plan):
        parse_query(outcome.query)


@given(
    st.lists(
        st.sampled_from(
            [
                "sessions",
                "revenue",
                "by",
                "country",
                "from",
                "Germany",
                "not",
                "/x",
                "last",
                "week",
                "7",
                "days",
                "vs",
                "top",
                "5",
                "per",
                "in",
                "May",
                "2015",
                "compare",
                "average",
                "page",
                "is",
                "'a",
                "b'",
                "most",
                "events",
                "over",
                "time",
                "between",
                "and",
            ]
        ),
        max_size=12,
    )
)
def test_any_mixture_of_known_words_gives_a_valid_query_or_an_honest_no(
    planner: LocalPlanner, words: list[str]
) -> None:
    outcome = planner.plan(" ".join(words))
    if isinstance(outcome, Plan):
        parse_query(outcome.query)
