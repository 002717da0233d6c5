"""The paths that capture events, and the protocol each of them speaks."""

from collections.abc import Mapping
from functools import partial

from ingest.arrival import Protocol
from ingest.protocols import native, posthog, posthog_v1, segment


def _native() -> Protocol:
    return Protocol(native.NAME, native.decode_envelope, native.decode_event)


def _segment(call: str | None) -> Protocol:
    decode_event = partial(segment.decode_event, call=call)
    return Protocol(segment.NAME, segment.decode_envelope, decode_event)


def _posthog() -> Protocol:
    return Protocol(posthog.NAME, posthog.decode_envelope, posthog.decode_event)


def _posthog_v1() -> Protocol:
    return _posthog()._replace(by_headers=posthog_of, results=posthog_v1.results)


def posthog_of(headers: Mapping[bytes, bytes]) -> Protocol:
    """The newer protocol, for a request with these headers."""
    library, sent_at = posthog_v1.library_of(headers), posthog_v1.sent_at(headers)
    return Protocol(
        posthog.NAME,
        partial(posthog_v1.decode_envelope, sent_at=sent_at, library=library),
        partial(posthog.decode_event, shared=library),
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


def find(path: str) -> Protocol | None:
    """With and without a slash at the end: a redirect would lose some clients' bodies."""
    return ROUTES.get(path) or (ROUTES.get(path[:-1]) if path.endswith("/") else None)
