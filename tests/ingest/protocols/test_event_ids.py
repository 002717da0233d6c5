"""Ids that are no UUIDs: the same text is the same event, whichever release took it."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from ingest.protocols.event_ids import normalise

NAMESPACE = uuid.UUID("6f2c0f4e-5d0b-5c9e-9a57-3f1d6e0c7b21")


def test_the_id_of_a_text_never_changes() -> None:
    assert normalise("ajs-next-1700000000000-0a1b2c3d") == (
        "c9c214f0-a2df-59fd-95d4-9fa4f4530164",
        "event_id_hashed",
    )


@given(st.text(min_size=1).filter(str.strip))
def test_a_text_is_hashed_as_the_standard_says(text: str) -> None:
    assert normalise(f"id {text}") == (str(uuid.uuid5(NAMESPACE, f"id {text}")), "event_id_hashed")
