"""Who an event of PostHog is about, live and in exports: `distinct_id` where we have two ids.

The rules are in docs/reference/ingest-api.md.
"""

from typing import NamedTuple

from ingest.protocols.event import Id, Object
from ingest.protocols.made_up_ids import is_made_up

# Its `alias` is the new id and `distinct_id` the former one; in all other libraries it is reversed.
# It makes up another id for each description of a group that names no person.
_PYTHON = "posthog-python"
# These make up an id for whoever is not known; a server gives the ids that it has.
_ON_DEVICES = (
    "web",
    "js",  # posthog-js-lite in a browser
    "posthog-js-lite",
    "posthog-ios",
    "posthog-android",
    "posthog-react-native",
    "posthog-flutter",
)


class Identity(NamedTuple):
    user_id: Id
    anonymous_id: Id
    previous_id: Id = None


def identity_of(event: str | None, kind: str, distinct_id: Id, properties: Object) -> Identity:
    """Takes the ids that it uses out of the properties, and `distinct_id` in any case.

    `event` is PostHog's name of it and `kind` our type, `distinct_id` that beside the properties.
    """
    inner = take_id(properties, "distinct_id")
    distinct_id = inner if distinct_id in (None, "") else distinct_id
    if kind == "alias":
        former, new = take_id(properties, "alias"), distinct_id
        if properties.get("$lib") == _PYTHON or is_anonymous(distinct_id, properties):
            former, new = new, former
        return Identity(new, _take_device_id(properties, new), former)
    if event == "$identify":
        former = take_id(properties, "$anon_distinct_id")
        if former is None:
            return Identity(distinct_id, _take_device_id(properties, distinct_id))
        return _anonymous(former, properties)._replace(user_id=distinct_id)
    if is_anonymous(distinct_id, properties):
        return _anonymous(distinct_id, properties)
    if kind == "group" and (group := _group_described_alone(distinct_id, properties)):
        return _anonymous(group, properties)
    return Identity(distinct_id, _take_device_id(properties, distinct_id))


def group_id_of(properties: Object, kind: str) -> Id:
    """Of `$groupidentify` its key; of another event the key of its only group."""
    if kind == "group":
        return take_id(properties, "$group_key")
    groups = properties.get("$groups")
    if not isinstance(groups, dict) or len(groups) != 1:
        return None
    (key,) = groups.values()
    return id_of(key)


def is_anonymous(distinct_id: Id, properties: Object) -> bool:
    """Whether nobody has called identify yet. Browsers and devices say so, servers need not."""
    identified = properties.get("$is_identified")
    if identified is True or identified is False:
        return not identified
    if (
        properties.get("$user_state") == "anonymous"
        or properties.get("$process_person_profile") is False
    ):
        return True
    if properties.get("$user_id"):  # what identify was called with
        return False
    return properties.get("$device_id", ...) == distinct_id or (
        properties.get("$lib") in _ON_DEVICES
        and isinstance(distinct_id, str)
        and is_made_up(distinct_id)
    )


def take_id(properties: Object, name: str) -> Id:
    identifier = id_of(properties.get(name))
    if identifier is not None:
        del properties[name]
    return identifier


def id_of(value: object) -> Id:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return value if value != "" else None


def _anonymous(anonymous_id: Id, properties: Object) -> Identity:
    """A device id that says more stays among the properties."""
    if properties.get("$device_id") == anonymous_id:
        properties.pop("$device_id", None)
    return Identity(None, anonymous_id)


def _group_described_alone(distinct_id: Id, properties: Object) -> Id:
    """`$company_acme`, in place of who describes a group without naming a person; else None.

    An id that was made up for it stays among the properties: it could be a person's after all.
    """
    group = f"${properties.get('$group_type')}_{properties.get('$group_key')}"
    if distinct_id == group:
        return group
    if properties.get("$lib") == _PYTHON and is_made_up(str(distinct_id)):
        properties["distinct_id"] = distinct_id
        return group
    return None


def _take_device_id(properties: Object, user_id: Id) -> Id:
    device_id = take_id(properties, "$device_id")
    return None if device_id == user_id else device_id
