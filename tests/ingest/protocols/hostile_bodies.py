"""Odd bodies, each with the outcome that docs/reference/hostile-events.md states."""

import gzip
import zlib
from collections.abc import Callable
from typing import NamedTuple

import zstandard

from tests.ingest.protocols.hostile_cases import nested

PROTOCOLS = ("native", "segment", "posthog")


class BodyCase(NamedTuple):
    """`KEY` is the protocol's array, `GOOD` a good event. 200 with `accepted`, or a problem."""

    input: str
    body: bytes
    accepted: int = 0
    codes: tuple[str, ...] = ()
    slug: str = ""
    detail: str = ""
    kept: bool = True  # in raw.events_rejected
    protocols: tuple[str, ...] = PROTOCOLS
    packed: Callable[[bytes], bytes] = bytes  # on the wire; may be what no decoder sees

    @property
    def status(self) -> int:
        """Where it is the same for all protocols."""
        return 413 if self.slug == "too-large" else 400 if self.slug else 200

    @property
    def outcome(self) -> str:
        if self.slug:
            return f"{self.status} `{self.slug}`: {self.detail}"
        codes = ", ".join(f"`{code}`" for code in self.codes)
        return f"{self.accepted} accepted" + (f", 1 rejected: {codes}" if codes else "")


_BATCH = b'{"KEY":[GOOD]}'
_TYPE = "malformed-json"
BODIES = [
    BodyCase("empty", b"", slug=_TYPE, detail="the body is empty"),
    BodyCase("`null`", b"null", slug=_TYPE, detail="Expected object, got null at the top level"),
    BodyCase('`"x"`', b'"x"', slug=_TYPE, detail="Expected object, got str at the top level"),
    BodyCase(
        "`[]`",
        b"[]",
        slug=_TYPE,
        detail="Expected object, got array at the top level",
        protocols=("native", "segment"),
    ),
    BodyCase(
        "`[]`",
        b"[]",
        slug="empty-batch",
        detail="The request holds no event",
        kept=False,
        protocols=("posthog",),
    ),
    BodyCase("`{}`", b"{}", codes=("missing_event_name",)),
    BodyCase(
        "events: `[]`",
        b'{"KEY":[]}',
        slug="empty-batch",
        detail="The request holds no event",
        kept=False,
    ),
    BodyCase(
        "events: `null`", b'{"KEY":null}', slug=_TYPE, detail="Expected array, got null at KEY"
    ),
    BodyCase("events: `{}`", b'{"KEY":{}}', slug=_TYPE, detail="Expected array, got object at KEY"),
    BodyCase('events: `"x"`', b'{"KEY":"x"}', slug=_TYPE, detail="Expected array, got str at KEY"),
    BodyCase("events: a list within the list", b'{"KEY":[[GOOD],GOOD]}', 1, ("invalid_type",)),
    BodyCase("events: `[null, good]`", b'{"KEY":[null,GOOD]}', 1, ("invalid_type",)),
    BodyCase("events: `[1, good]`", b'{"KEY":[1,GOOD]}', 1, ("invalid_type",)),
    BodyCase(
        "2,501 events",
        b'{"KEY":[' + b"1," * 2_500 + b"1]}",
        slug="too-large",
        kept=False,
        detail="The batch has 2501 events, 2500 are allowed",
    ),
    BodyCase(
        "events in two arrays of that name",
        b'{"KEY":[GOOD],"KEY":[GOOD,GOOD]}',
        slug=_TYPE,
        detail="`KEY` is there more than once",
    ),
    BodyCase("a comma after the last event", b'{"KEY":[GOOD,]}', 1, ("malformed_json",)),
    BodyCase(
        "a comma after the last member", b'{"KEY":[GOOD],}', slug=_TYPE, detail="trailing comma"
    ),
    BodyCase("two documents", _BATCH + b"\n" + _BATCH, slug=_TYPE, detail="trailing characters"),
    BodyCase("a comment", b"/* a */" + _BATCH, slug=_TYPE, detail="invalid character, at byte 0"),
    BodyCase(
        "single quotes", b"{'KEY':[]}", slug=_TYPE, detail="object keys must be strings, at byte 1"
    ),
    BodyCase("cut short", b'{"KEY":[GOOD,{"event":"a', slug=_TYPE, detail="truncated"),
    BodyCase(
        "`NaN` beside the events", b'{"KEY":[GOOD],"x":NaN}', slug=_TYPE, detail="invalid character"
    ),
    BodyCase(
        "a bad event, and 1,000 levels beside the events",
        b'{"KEY":[GOOD,{"x":NaN}],"x":%s}' % nested("arrays", 1_000),
        slug=_TYPE,
        detail="invalid character",
    ),
    BodyCase(
        "1,000 levels beside the events",
        b'{"KEY":[GOOD],"x":%s}' % nested("arrays", 1_000),
        slug=_TYPE,
        detail="nested too deeply, 1001 levels in x",
    ),
    BodyCase(
        "100,000 levels beside the events",
        b'{"KEY":[GOOD],"x":%s}' % nested("arrays", 100_000),
        slug=_TYPE,
        detail="nested too deeply, 100001 levels in x",
    ),
    BodyCase(
        "a bad event, and an inner member called as the events are",
        b'{"x":{"KEY":[1]},"KEY":[GOOD,{"x":NaN}]}',
        1,
        ("malformed_json",),
    ),
    BodyCase(
        r"`\ud800` beside the events", rb'{"KEY":[GOOD],"sent_at":"\ud800","sentAt":"\ud800"}', 1
    ),
    BodyCase("a byte order mark", b"\xef\xbb\xbf" + _BATCH, 1),
    BodyCase(
        "UTF-16",
        b'{"KEY":[]}',
        slug=_TYPE,
        detail="UTF-16 or UTF-32",
        packed=lambda body: body.decode().encode("utf-16"),
    ),
    BodyCase(
        "UTF-16 without a mark",
        b'{"KEY":[]}',
        slug=_TYPE,
        detail="UTF-16 or UTF-32",
        packed=lambda body: body.decode().encode("utf-16-le"),
    ),
    BodyCase("gzip", _BATCH, 1, packed=gzip.compress),
    BodyCase(
        "gzip cut short",
        _BATCH,
        slug=_TYPE,
        detail="the gzip body is cut short",
        packed=lambda body: gzip.compress(body)[:-9],
    ),
    BodyCase(
        "gzip within gzip",
        _BATCH,
        slug=_TYPE,
        detail="compressed twice",
        packed=lambda body: gzip.compress(gzip.compress(body)),
    ),
    BodyCase("deflate, in zlib's wrapping", _BATCH, 1, packed=zlib.compress),
    BodyCase(
        "deflate cut short",
        _BATCH,
        slug=_TYPE,
        detail="the zlib body is cut short",
        packed=lambda body: zlib.compress(body)[:-5],
    ),
    BodyCase("zstd", _BATCH, 1, packed=zstandard.compress),
    BodyCase(
        "zstd cut short",
        _BATCH,
        slug=_TYPE,
        detail="the body looks like zstd, but cannot be read",
        packed=lambda body: zstandard.compress(body)[:-5],
    ),
    BodyCase(
        "gzip within zstd",
        _BATCH,
        slug=_TYPE,
        detail="compressed twice",
        packed=lambda body: zstandard.compress(gzip.compress(body)),
    ),
]
