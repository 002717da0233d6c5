"""Money by day and by cohort, one payment at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from uuid import UUID

from tests.dbt_project.reference.events import Event, Project, local_date, months_later
from tests.dbt_project.reference.identities import NOBODY, person

CENT = Decimal("0.0001")
ORDERS = {"order_completed", "purchase"}
REFUNDS = {"order_refunded", "order_cancelled"}
KNOWN = {"EUR", "USD"}
"""Of the codes that streams send."""


@dataclass(frozen=True)
class RevenueDay:
    is_known_currency: bool
    revenue: Decimal
    refunds: Decimal
    net_revenue: Decimal
    order_count: int
    refund_count: int
    average_order_value: Decimal | None
    paying_persons: int


@dataclass(frozen=True)
class LifetimeValue:
    cohort_size: int
    paying_persons: int
    net_revenue: Decimal
    cumulative_net_revenue: Decimal
    net_revenue_per_person: Decimal
    is_complete: bool


def revenue(event: Event) -> Decimal:
    """What an order brings, positive, or a refund gives back, negative; 0 of other events."""
    stated = _stated(event)
    return -abs(stated) if is_refund(event) else stated


def is_refund(event: Event) -> bool:
    return _key(event) in REFUNDS or _stated(event) < 0


def is_order(event: Event) -> bool:
    return not is_refund(event) and (_key(event) in ORDERS or _stated(event) > 0)


def currency(event: Event, project: Project) -> str:
    sent = event.properties.get("currency")
    return (sent.strip().upper() if isinstance(sent, str) else "") or project.currency


def revenue_days(
    project: Project, events: Iterable[Event], people: dict[str, UUID]
) -> dict[tuple[date, str], RevenueDay]:
    days: dict[tuple[date, str], list[Event]] = defaultdict(list)
    for event in _payments(project, events):
        days[local_date(event.occurred_ms, project.timezone), currency(event, project)].append(
            event
        )
    return {(day, code): _day(code, payments, people) for (day, code), payments in days.items()}


def _day(code: str, payments: list[Event], people: dict[str, UUID]) -> RevenueDay:
    orders = [event for event in payments if is_order(event)]
    refunds = [event for event in payments if is_refund(event)]
    taken, returned = _total(orders), -_total(refunds)
    return RevenueDay(
        is_known_currency=code in KNOWN,
        revenue=taken,
        refunds=returned,
        net_revenue=taken - returned,
        order_count=len(orders),
        refund_count=len(refunds),
        average_order_value=_share(taken, len(orders)) if orders else None,
        paying_persons=len(_payers(orders, people)),
    )


def lifetime_values(
    project: Project, events: Iterable[Event], people: dict[str, UUID], today: date
) -> dict[tuple[date, str, int], LifetimeValue]:
    """By cohort, currency and month since, up to the last month in which anybody did anything."""
    active = [
        event for event in events if event.is_counted(project) and person(event, people) != NOBODY
    ]
    if not active:
        return {}
    first: dict[UUID, date] = {}
    for event in sorted(active, key=lambda event: event.order, reverse=True):
        first[person(event, people)] = _month(event, project)
    last = max(_month(event, project) for event in active)
    values = {}
    for cohort in set(first.values()):
        members = {who for who, month in first.items() if month == cohort}
        payments = [
            event for event in _payments(project, active) if person(event, people) in members
        ]
        for code in _currencies(project, payments):
            used = [event for event in payments if currency(event, project) == code]
            for index in range(_months_between(cohort, last) + 1):
                values[cohort, code, index] = _value(
                    project, used, people, len(members), months_later(cohort, index), today
                )
    return values


def _value(
    project: Project,
    payments: list[Event],
    people: dict[str, UUID],
    size: int,
    month: date,
    today: date,
) -> LifetimeValue:
    so_far = [event for event in payments if _month(event, project) <= month]
    return LifetimeValue(
        cohort_size=size,
        paying_persons=len(_payers(so_far, people)),
        net_revenue=_total(event for event in so_far if _month(event, project) == month),
        cumulative_net_revenue=_total(so_far),
        net_revenue_per_person=_share(_total(so_far), size),
        is_complete=months_later(month, 1) <= today,
    )


def _payments(project: Project, events: Iterable[Event]) -> list[Event]:
    return [
        event
        for event in events
        if event.is_counted(project) and (is_order(event) or is_refund(event))
    ]


def _payers(payments: Iterable[Event], people: dict[str, UUID]) -> set[UUID]:
    return {person(event, people) for event in payments if revenue(event) > 0} - {NOBODY}


def _currencies(project: Project, payments: Iterable[Event]) -> set[str]:
    used = {currency(event, project) for event in payments}
    return used & KNOWN | {project.currency}


def _stated(event: Event) -> Decimal:
    """The first readable amount of those that count for the event, as sent."""
    names = ["revenue"]
    if _key(event) in ORDERS | REFUNDS:
        names += ["value", "total"]
    amounts = (_number(event.properties.get(name)) for name in names)
    return next((amount for amount in amounts if amount is not None), Decimal())


def _number(sent: object) -> Decimal | None:
    if isinstance(sent, bool) or not isinstance(sent, int | float | str):
        return None
    try:
        return Decimal(str(sent)).quantize(CENT, ROUND_DOWN)
    except InvalidOperation:
        return None


def _key(event: Event) -> str:
    return event.event_name.replace(" ", "_").lower()


def _total(payments: Iterable[Event]) -> Decimal:
    return sum((revenue(event) for event in payments), Decimal())


def _share(amount: Decimal, number: int) -> Decimal:
    return (amount / number).quantize(CENT, ROUND_HALF_UP)


def _month(event: Event, project: Project) -> date:
    return local_date(event.occurred_ms, project.timezone).replace(day=1)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
