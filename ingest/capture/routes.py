"""The paths that capture events, and the protocol each of them speaks."""

from collections.abc import Mapping
from functools import partial

from ingest.arrival import Protocol
from ingest.protocols import event, native, posthog, posthog_v1, segment


def _native() -> Protocol:
    return Protocol(native.NAME, native.decode_envelope, native.decode_event)


def _segment(call: str | None) -> Protocol:
    decode_event = partial(segment.decode_event, call=call)
    return Protocol(segment.NAME, segment.decode_envelope, decode_event)


def _posthog() -> Protocol:
    return Protocol(
        posthog.NAME,
        posthog.decode_envelope,
        posthog.decode_event,
        batch_factor=posthog.BATCH_FACTOR,
    )


def _posthog_v1() -> Protocol:
    return _posthog()._replace(by_headers=posthog_of, results=posthog_v1.results)


def posthog_of(headers: Mapping[bytes, bytes]) -> Protocol:
    """The newer protocol, for a request with these headers."""
    library, sent_at = posthog_v1.library_of(headers), posthog_v1.sent_at(headers)
    return _posthog()._replace(
        decode_envelope=partial(posthog_v1.decode_envelope, sent_at=sent_at, library=library),
        decode_event=partial(posthog.decode_event, shared=library),
        results=posthog_v1.results,
    )


# `apiUrl` of an SDK may end in /v1 or /api/v1; mobile Segment clients leave the version out.
NATIVE_PATHS = ("/v1/events", "/api/v1/events")
SEGMENT_PREFIXES = ("/v1/", "/beacon/v1/")
SHORTEST_SEGMENT_PATH = "/b"

ROUTES: dict[str, Protocol] = {
    **{path: _native() for path in NATIVE_PATHS},
    **{
        prefix + name: _segment(call)
        for prefix in SEGMENT_PREFIXES
        for name, call in segment.CALLS.items()
    },
    SHORTEST_SEGMENT_PATH: _segment(None),
    **{path: _posthog() for path in posthog.PATHS},
    posthog_v1.PATH: _posthog_v1(),
}

# With `GET`, and the message in the query.
PIXELS = {f"/v1/pixel/{name}": _segment(name) for name in sorted(event.TYPES)}

# What addresses of hosts end in that are given to clients which add it themselves.
_BASES = ("/api", "/v1")
_MAX_BASES = 3


def canonical(path: str) -> str:
    """The route that a path means; the path without superfluous slashes if it is none of them.

    Slashes are not redirected, which would lose some clients' bodies.
    """
    if path in ROUTES:
        return path
    plain = shorter = "/" + "/".join(filter(None, path.split("/")))
    for _ in range(_MAX_BASES):
        if shorter in ROUTES:
            return shorter
        base = next((base for base in _BASES if shorter.startswith(base + "/")), None)
        if base is None:
            return plain
        shorter = shorter.removeprefix(base)
    return shorter if shorter in ROUTES else plain
