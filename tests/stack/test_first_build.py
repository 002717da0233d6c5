"""Which models were never built decides whether a start builds, and when it does."""

import json
from pathlib import Path
from typing import Any

from ingest.log import checkpoint
from ingest.log.checkpoint import Checkpoint
from ingest.log.files import OsFiles
from ingest.log.frame import SEGMENT_HEADER_SIZE, Frame, Kind, encode_frame
from ingest.log.segment_writer import SegmentWriter
from ingest.log.stream_reader import Position
from ingest.settings import IngestSettings
from stack.first_build import models_of, wait_until_loaded


def node(kind: str, schema: str, alias: str, materialized: str) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "schema": schema,
        "alias": alias,
        "config": {"materialized": materialized},
    }


def test_models_are_what_dbt_makes_a_relation_of(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    nodes = {
        "model.a": node("model", "analytics", "fct_events", "incremental"),
        "model.b": node("model", "staging", "stg_events", "view"),
        "model.c": node("model", "analytics", "inlined", "ephemeral"),
        "test.d": node("test", "analytics", "not_null", "test"),
    }
    manifest.write_text(json.dumps({"nodes": nodes}))
    assert models_of(manifest) == {"analytics.fct_events", "staging.stg_events"}


def test_the_build_waits_for_what_the_loader_has_not_read_yet(tmp_path: Path) -> None:
    """Between two blocks the loader itself believes that nothing waits."""
    settings = IngestSettings(data_dir=tmp_path)
    settings.log_directory.mkdir(parents=True)
    writer = SegmentWriter(
        OsFiles(), settings.log_directory, 1, segment_bytes=1 << 20, reserve_bytes=0
    )
    frame = encode_frame(Frame(Kind.EVENTS, 0, 7, 0, b"{}\n" * 100))
    writer.append([frame, frame])

    for loaded, is_over in ((0, False), (1, False), (2, True)):
        position = Position(0, SEGMENT_HEADER_SIZE + loaded * len(frame))
        checkpoint.save(settings.checkpoint_path, Checkpoint(positions={1: position}))
        assert wait_until_loaded(tmp_path, patience_seconds=0) is is_over


def test_the_build_of_a_warehouse_that_never_got_events_does_not_wait(tmp_path: Path) -> None:
    assert wait_until_loaded(tmp_path, patience_seconds=0)
