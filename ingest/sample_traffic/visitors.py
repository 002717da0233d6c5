"""Who visits the sample shop, and when."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from ingest.sample_traffic.assortment import COUNTRIES, DEVICES, Device

# Share of the day's visits by local hour: a quiet night, a lunch break, a busy evening.
HOURS = [1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 14, 13, 11, 11, 12, 14, 17, 20, 21, 18, 10, 4]
# Monday to Sunday.
WEEKDAYS = [0.95, 0.92, 0.96, 1.0, 1.02, 1.12, 1.18]
NEW_VISITORS_A_DAY = 62
SECOND_DEVICE_SHARE = 0.2  # of the visitors with an account


@dataclass
class Visitor:
    """A person on one device; on a second one the same person has the same account."""

    anonymous_id: str
    device: Device
    country: str
    locale: str
    utc_offset_hours: int
    loyalty: float
    known_as: str = ""
    """The user id, empty until the first log-in on this device."""
    account: str = ""
    """The user id that a log-in would give; empty for who never makes an account."""


@dataclass(frozen=True)
class Visit:
    visitor: Visitor
    starts_at: datetime
    is_first: bool


def visits(random: Random, start: datetime, end: datetime) -> Iterator[Visit]:
    """All visits that start in the range, visitor by visitor."""
    days = (end - start).days + 1
    for day in range(days):
        date = start + timedelta(days=day)
        expected = NEW_VISITORS_A_DAY * WEEKDAYS[date.weekday()]
        for number in range(round(expected * random.uniform(0.9, 1.1))):
            for visitor in new_visitors(random, f"{date:%m%d}-{number:03d}"):
                for moment, is_first in moments(random, visitor, date):
                    if start <= moment < end:
                        yield Visit(visitor, moment, is_first)


def new_visitors(random: Random, name: str) -> list[Visitor]:
    """A person on the one or two devices that this person will use."""
    visitor = new_visitor(random, name)
    if not visitor.account or random.random() > SECOND_DEVICE_SHARE:
        return [visitor]
    return [
        visitor,
        replace(visitor, anonymous_id=f"{visitor.anonymous_id}-2", device=any_device(random)),
    ]


def new_visitor(random: Random, name: str) -> Visitor:
    country, locale, _, offset = random.choices(COUNTRIES, [c[2] for c in COUNTRIES])[0]
    loyalty = random.betavariate(0.9, 3.2)
    account = f"user-{name}" if random.random() < 0.15 + loyalty else ""
    device = any_device(random)
    return Visitor(f"anon-{name}", device, country, locale, offset, loyalty, account=account)


def any_device(random: Random) -> Device:
    return random.choices(DEVICES, [device.weight for device in DEVICES])[0]


def moments(random: Random, visitor: Visitor, first: datetime) -> Iterator[tuple[datetime, bool]]:
    """The first visit, and later ones that get rarer as interest fades."""
    yield at_local_hour(random, visitor, first), True
    for days_later in range(1, 31):
        if random.random() < visitor.loyalty * 0.55 * math.exp(-days_later / 14):
            yield at_local_hour(random, visitor, first + timedelta(days=days_later)), False


def at_local_hour(random: Random, visitor: Visitor, date: datetime) -> datetime:
    hour = random.choices(range(24), HOURS)[0] - visitor.utc_offset_hours
    second = random.randrange(3_600_000)
    return date + timedelta(hours=hour % 24, milliseconds=second)
