import uuid
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ingest.importer.event_ids import EventIds, from_reference

TIMES = st.integers(0, 2**41)
RECORDS = st.lists(st.tuples(TIMES, st.binary(max_size=30)), max_size=60)


def ids_of(records: list[tuple[int, bytes]]) -> list[str]:
    ids = EventIds()
    return [ids.next(time, record) for time, record in records]


@given(RECORDS)
def test_the_same_file_gives_the_same_ids(records: list[tuple[int, bytes]]) -> None:
    assert ids_of(records) == ids_of(records)


@given(RECORDS, RECORDS)
def test_what_is_appended_to_a_file_changes_no_earlier_id(
    begin: list[tuple[int, bytes]], appended: list[tuple[int, bytes]]
) -> None:
    assert ids_of(begin + appended)[: len(begin)] == ids_of(begin)


@given(TIMES, st.binary(max_size=30), st.integers(1, 300))
def test_equal_lines_of_one_second_are_different_events(
    time: int, record: bytes, count: int
) -> None:
    assert len(set(ids_of([(time, record)] * count))) == count


@given(RECORDS)
def test_ids_sort_by_time_and_then_as_the_file_does(records: list[tuple[int, bytes]]) -> None:
    in_order = sorted(records, key=lambda record: record[0])
    for earlier, later in pairwise(uuid.UUID(text) for text in ids_of(in_order)):
        assert earlier.int < later.int
        if earlier.int >> 80 == later.int >> 80:  # engines may compare the second half first
            assert earlier.int & (2**64 - 1) < later.int & (2**64 - 1)


@given(TIMES, st.binary(max_size=30))
def test_ids_are_uuids_of_version_7_with_the_time_of_the_event(time: int, record: bytes) -> None:
    made = uuid.UUID(ids_of([(time, record)])[0])
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == time


@given(TIMES, st.text(max_size=50))
def test_an_id_of_the_file_is_kept_or_hashed(time: int, reference: str) -> None:
    made = uuid.UUID(from_reference(time, reference))
    assert str(made) == from_reference(time, reference)
    assert from_reference(time, str(made)) == str(made)


def test_different_references_give_different_ids() -> None:
    assert len({from_reference(1, f"order-{number}") for number in range(10_000)}) == 10_000
