"""A block's rows come out once each and in order, whatever is in them."""

import json
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.loader.block import Block, EventKey, FrameRows, Place
from ingest.rows import EventRow, RequestRow, Row, encode, encode_members
from tests.ingest.loader.conftest import NOW

# What a line begins with, and what lies between its ids: none of it may be taken for a row.
IMITATIONS = (
    '{"project_id":"',
    '","event_id":"',
    '\n{"project_id":"',
    '{"load_id":7,',
    "\\",
    '"',
    "\n",
)
texts = st.lists(st.sampled_from(IMITATIONS) | st.text(max_size=5), max_size=4).map("".join)
projects = st.sampled_from(["p1", 'p"2', "p\\3", "p\n4", 'p","event_id":"5', '{"project_id":"6'])
ids = st.integers(0, 9).map(lambda number: str(UUID(int=number)))
frames = st.tuples(projects, st.lists(st.tuples(ids, texts), min_size=1, max_size=5))
blocks = st.lists(frames, max_size=5)
real_projects = st.uuids().map(str) | st.sampled_from(["p1", "other-shop"])
real_blocks = st.lists(
    st.tuples(real_projects, st.lists(st.tuples(ids, texts), min_size=1, max_size=5)), max_size=5
)
STREAM = 3


def block_of(given_frames: list[tuple[str, list[tuple[str, str]]]]) -> Block:
    return Block(
        FrameRows(
            STREAM,
            number,
            0,
            len(rows),
            encode(row(project, number, *each) for each in enumerate(rows)),
        )
        for number, (project, rows) in enumerate(given_frames)
    )


def text_of(project: str, frame: int, rows: list[tuple[str, str]]) -> bytes:
    return encode(row(project, frame, number, content) for number, content in enumerate(rows))


def row(project: str, frame: int, number: int, content: tuple[str, str]) -> Row:
    event_id, text = content
    return Row(
        EventRow(
            project_id=project,
            event_id=event_id,
            type="track",
            event_name=text or "e",
            timestamp=NOW,
            timestamp_rule="client",
            _row=number,
            properties={text: text, "event_id": "x", "project_id": {"project_id": text}},
        ),
        line_end=encode_members(RequestRow(NOW, "native", STREAM, frame)) + b"}\n",
    )


def lines(block: Block, load_id: int = 7) -> list[bytes]:
    return b"".join(block.render(load_id)).splitlines(keepends=True)


def places(block: Block) -> list[tuple[int, int]]:
    return [(line["_frame"], line["_row"]) for line in map(json.loads, lines(block))]


@settings(deadline=None)
@given(blocks, st.integers(0, 2**63))
def test_every_row_is_rendered_once_with_the_load_id(
    given_frames: list[tuple[str, list[tuple[str, str]]]], load_id: int
) -> None:
    block = block_of(given_frames)
    rendered = [json.loads(line) for line in lines(block, load_id)]
    sent = [json.loads(line) for part in block.parts for line in part.text.splitlines()]
    assert rendered == [{"load_id": load_id, **each} for each in sent]
    assert block.rows == len(sent)


@settings(deadline=None)
@given(blocks | real_blocks)
def test_the_keys_are_the_ids_of_the_rows(
    given_frames: list[tuple[str, list[tuple[str, str]]]],
) -> None:
    block = block_of(given_frames)
    expected = [(project, event_id) for project, rows in given_frames for event_id, _ in rows]
    keys = [key.decode().rpartition('","event_id":"') for key in block.keys]
    assert [(json.loads(f'"{project}"'), event_id) for project, _, event_id in keys] == expected
    assert block.event_ids() == {event_id.encode() for _, event_id in expected}


@settings(deadline=None)
@given(real_blocks, st.data())
def test_of_each_key_the_first_row_stays_and_known_ones_go(
    given_frames: list[tuple[str, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    block = block_of(given_frames)
    keys = [(project, event_id) for project, rows in given_frames for event_id, _ in rows]
    known = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    seen, expected = set(known), []
    for key, place in zip(keys, places(block), strict=True):
        if key not in seen:
            seen.add(key)
            expected.append(place)
    unique = block.unique({EventKey(*(each.encode() for each in key)) for key in known})
    assert places(unique) == expected
    assert unique.rows == len(expected)


@settings(deadline=None)
@given(real_blocks, st.data())
def test_rows_at_given_places_are_left_out_and_no_others(
    given_frames: list[tuple[str, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    block = block_of(given_frames)
    all_places = places(block)
    out = data.draw(st.sets(st.sampled_from(all_places))) if all_places else set()
    strangers = {Place(STREAM + 1, *place) for place in all_places}
    rest = block.without({Place(STREAM, *place) for place in out} | strangers)
    assert places(rest) == [place for place in all_places if place not in out]
    assert rest.rows == len(all_places) - len(out)


@settings(deadline=None)
@given(real_blocks.filter(bool), st.data())
def test_any_partition_has_each_row_once_in_order(
    given_frames: list[tuple[str, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    block = block_of(given_frames)
    parts = [block]
    for _ in range(data.draw(st.integers(0, 12))):
        index = data.draw(st.integers(0, len(parts) - 1))
        if parts[index].rows > 1:
            first, second = parts[index].halves()
            assert first.rows > 0 < second.rows
            parts[index : index + 1] = [first, second]
    assert [place for part in parts for place in places(part)] == places(block)
    assert [key for part in parts for key in part.keys] == block.keys


def test_large_blocks_are_rendered_in_pieces() -> None:
    frames_of_a_third = [("p1", [(str(UUID(int=n)), "x" * 330_000)]) for n in range(7)]
    block = block_of(frames_of_a_third)
    pieces = list(block.render(7))
    assert len(pieces) > 2
    assert places(block) == [(number, 0) for number in range(7)]
    assert all(piece.startswith(b'{"load_id":7,"project_id":"p1"') for piece in pieces)
