"""Odd events and bodies through the running services: what ClickHouse holds of them."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.ingest.protocols import hostile_requests as requests
from tests.ingest.protocols.hostile_bodies import BODIES, PROTOCOLS, BodyCase
from tests.ingest.protocols.hostile_cases import CASES, Case
from tests.ingest.services import Ingest

ROUTES = {"native": "/v1/events", "segment": "/v1/batch", "posthog": "/batch"}
BATCH_BYTES = 480_000


class Sent:
    """The cases as events of one protocol, a good event before each and after the last."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.good_ids: list[str] = []
        self.odd: list[tuple[Case, bytes, str]] = []  # with the event's id
        for case in CASES:
            event_id = str(uuid4())
            if (event := requests.event(protocol, case, event_id, event_id)) is not None:
                self.odd.append((case, event, event_id))

    def batches(self) -> Iterator[tuple[bytes, list[Case]]]:
        """Bodies within the limit, and the cases in them: all in one but for the greatest."""
        events, cases = [self._good()], list[Case]()
        size = 0
        for case, event, _ in self.odd:
            size += len(event) + 300
            if size > BATCH_BYTES:
                yield requests.batch(self.protocol, events), cases
                events, cases, size = [self._good()], [], len(event)
            events += [event, self._good()]
            cases.append(case)
        yield requests.batch(self.protocol, events), cases

    def _good(self) -> bytes:
        self.good_ids.append(str(uuid4()))
        return requests.good(self.protocol, self.good_ids[-1])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_odd_events_are_stored_as_stated_and_so_are_their_neighbours(
    ingest: Ingest, protocol: str
) -> None:
    sent = Sent(protocol)
    for body, cases in sent.batches():
        answer = ingest.post(ROUTES[protocol], content=body)
        assert answer.status_code == 200
        # Good events have the even places.
        rejected = [
            (2 * place + 1, case.code, requests.rejected_field(protocol, case))
            for place, case in enumerate(cases)
            if case.code
        ]
        items = answer.json()["rejected"]
        assert [(item["index"], item["code"], item["field"]) for item in items] == rejected
        assert answer.json()["accepted"] == 2 * len(cases) + 1 - len(rejected)

    kept = [(case, event_id) for case, _, event_id in sent.odd if not case.code]
    rows = ingest.wait_for_rows(len(kept) + len(sent.good_ids))
    by_id = {str(row["event_id"]): row for row in rows}
    assert {by_id[good]["properties"] for good in sent.good_ids} == {'{"x":1}'}
    by_session = {row["session_id"]: row for row in rows if row["session_id"]}
    for case, event_id in kept:
        requests.assert_stored(case, as_stored(by_id.get(event_id) or by_session[event_id]))

    refused = [(case, event) for case, event, _ in sent.odd if case.code]
    stored = ingest.wait_for_rows(len(refused), table="raw.events_rejected")
    stored.sort(key=lambda row: (row["_frame"], row["_row"]))
    for (case, event), row in zip(refused, stored, strict=True):
        field = requests.rejected_field(protocol, case)
        assert (row["code"], row["field"], row["protocol"]) == (case.code, field, protocol)
        assert row["reason"]
        assert row["payload"] == event[: 64 * 1024].decode(errors="backslashreplace")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_odd_bodies_are_answered_and_kept_as_stated(ingest: Ingest, protocol: str) -> None:
    cases = [case for case in BODIES if protocol in case.protocols]
    for case in cases:
        body = case.packed(requests.body(protocol, case))
        answer = ingest.post(ROUTES[protocol], content=body)
        assert_answered(case, protocol, answer.status_code, answer.json())
    accepted = sum(case.accepted for case in cases)
    assert len(ingest.wait_for_rows(accepted)) == accepted
    refused = [case for case in cases if case.codes or (case.slug and case.kept)]
    rows = ingest.wait_for_rows(len(refused), table="raw.events_rejected")
    assert sorted(row["code"] for row in rows) == sorted(
        code for case in refused for code in case.codes or ("malformed_json",)
    )


def assert_answered(case: BodyCase, protocol: str, status: int, answer: dict[str, Any]) -> None:
    if case.slug:
        assert (status, answer["type"]) == (case.status, case.slug)
        assert case.detail.replace("KEY", requests.ARRAYS[protocol]) in answer["detail"]
    elif protocol == "native" and not case.accepted:
        assert (status, answer["type"]) == (400, "nothing-accepted")
        assert tuple(item["code"] for item in answer["errors"]) == case.codes
    else:
        assert (status, answer["accepted"]) == (200, case.accepted)
        assert tuple(item["code"] for item in answer["rejected"]) == case.codes


def as_stored(row: dict[str, Any]) -> requests.StoredEvent:
    return requests.StoredEvent(
        properties=requests.exact_json(row["properties"] or "{}"),
        traits=requests.exact_json(row["traits"] or "{}"),
        context=requests.exact_json(row["context"] or "{}"),
        event_id=str(row["event_id"]),
        user_id=row["user_id"],
        event_name=row["event_name"],
        timestamp=row["timestamp"].isoformat(timespec="milliseconds"),
        received_at=row["received_at"].isoformat(timespec="milliseconds"),
        timestamp_rule=row["timestamp_rule"],
        corrections=tuple(row["corrections"]),
    )
