"""From a capture request to its answer: key, limits, rows, a durable frame, 200."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial

import msgspec

from ingest import problems
from ingest.arrival import Arrival, Protocol
from ingest.backlog import Backlog
from ingest.capture import answers
from ingest.capture.answers import Answer
from ingest.capture.body import Receive, receive_body, too_large, unpack
from ingest.capture.live import LiveFeed, Summary
from ingest.capture.request import Request
from ingest.enrich.context import Sender
from ingest.keys import KeyCache
from ingest.log.frame import Kind, PayloadTooLargeError, open_frame, seal_frame
from ingest.log.group_commit import SegmentLog
from ingest.metrics import Metrics
from ingest.pipeline import Prepared, RejectedEvent, prepare, rejected_row
from ingest.problems import Problem
from ingest.project import EventLimits, Project
from ingest.protocols.envelope import Envelope
from ingest.protocols.rejection import MalformedBody, Rejection
from ingest.rate_limits import FailureLimiter, RateLimiter
from ingest.rows import Row, encode_into, encode_rejected
from ingest.settings import IngestSettings

ANYONE = EventLimits()  # until the project is known


Done = Callable[[Answer], None]


class _Queued(msgspec.Struct, frozen=True):
    """A batch that waits for the disk, and what is to be done and said once it is there.

    The events are not in it: hundreds of requests wait at a time, and their events would push each
    other out of the processor's cache.
    """

    project_id: str
    size: int  # bytes of the body
    names: dict[str, int]  # accepted events by name
    count: int  # of accepted events
    sample: list[Summary]
    answer: Answer
    rejected: list[RejectedEvent]
    done: Done


class UnknownKey(Exception):  # noqa: N818 - nothing is wrong yet
    """The key in a body is to be looked up."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class CaptureService:
    def __init__(
        self,
        settings: IngestSettings,
        log: SegmentLog,
        keys: KeyCache,
        live: LiveFeed,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._log = log
        self._keys = keys
        self._live = live
        self._metrics = metrics
        self.rates = RateLimiter()
        self._failures = FailureLimiter(settings.trusted_ips)
        self.backlog = Backlog(free_bytes=2 * settings.disk_reserve_bytes)

    async def answer(self, protocol: Protocol, request: Request, receive: Receive) -> Answer:
        """Raises Problem, or Disconnected."""
        self._refuse_when_overloaded()
        project, key = None, request.write_key()
        if key:
            project = self._keys.get(key) or await self._authenticate(key, request)
        limit = _max_bytes(project, protocol)
        if (length := request.content_length()) > limit:
            raise problems.too_large(f"The body has {length} bytes, a batch may have {limit}.")
        body = await receive_body(receive, limit)
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def done(answer: Answer) -> None:
            if not answered.done():  # its request was cancelled
                answered.set_result(answer)

        try:
            self._capture(body, project, protocol, request, done)
        except UnknownKey as unknown:
            project = await self._authenticate(unknown.key, request)
            self._capture(body, project, protocol, request, done)
        del body  # what waits for the disk should hold nothing else
        return await answered

    def begin(self, protocol: Protocol, request: Request, body: bytes, done: Done) -> bool:
        """Call `done` once the events are durable; False if the key has to be looked up first.

        Raises Problem.
        """
        self._refuse_when_overloaded()
        project, key = None, request.write_key()
        if key:
            project = self._keys.get(key)
            if project is None:
                return False
        try:
            self._capture(body, project, protocol, request, done)
        except UnknownKey:
            return False
        return True

    def _capture(
        self,
        body: bytes,
        project: Project | None,
        protocol: Protocol,
        request: Request,
        done: Done,
    ) -> None:
        """From the body of a request to frames in the queue of the log.

        `project` is None if only the body has a key. Raises Problem, and UnknownKey.
        """
        if protocol.by_headers is not None:
            protocol = protocol.by_headers(request.headers)
        limit = _max_bytes(project, protocol)
        if len(body) > limit:
            raise too_large(limit)
        try:
            body = unpack(body, limit)
            envelope = protocol.decode_envelope(body)
        except MalformedBody as malformed:
            problem = problems.malformed(str(malformed), malformed.position)
            if project is None:
                raise problem from malformed
            arrival = self._arrival(project, protocol, request)
            self._queue_malformed(body, malformed, arrival, answers.of_problem(problem), done)
            return
        if envelope.sent_at is None and request.query:
            envelope.sent_at = request.sent_at()
        if project is None:
            project = self._project_of(envelope, request)
        size, count = len(body), len(envelope.events)
        _check_batch(envelope, size, project, protocol)
        # The batch's context is stored with each of its events, so it weighs as much.
        headers = self.rates.spend(project, count, size + envelope.context_size * count)
        arrival = self._arrival(project, protocol, request)
        prepared = prepare(envelope, arrival, size)
        answer = answers.of_batch(protocol, envelope, prepared, headers)
        self._queue(prepared, arrival, size, answer, done)

    def readiness_problem(self) -> str:
        """Why no event can be taken now; '' when all is well."""
        settings, backlog = self._settings, self.backlog
        if self._log.pending_bytes > settings.max_pending_bytes:
            return "The disk does not keep up with the events."
        if backlog.unloaded_bytes > settings.max_unloaded_bytes:
            return "Too many events wait for the warehouse."
        if backlog.free_bytes < settings.disk_reserve_bytes:
            return "The disk is nearly full."
        return ""

    def _refuse_when_overloaded(self) -> None:
        if reason := self.readiness_problem():
            raise problems.overloaded(f"{reason} Send the events again.")

    async def _authenticate(self, key: str, request: Request) -> Project:
        project = await self._keys.find(key)
        if project is None:
            if not self._keys.is_current:
                raise problems.keys_unavailable()
            self._failures.count(request.address)
            raise problems.unauthorized()
        return project

    def _project_of(self, envelope: Envelope, request: Request) -> Project:
        """By the key in the body; raises UnknownKey, and Problem if there is none."""
        key = envelope.write_key
        if not isinstance(key, str) or not key:
            self._failures.count(request.address)
            raise problems.unauthorized()
        project = self._keys.get(key)
        if project is None:
            raise UnknownKey(key)
        return project

    def _arrival(self, project: Project, protocol: Protocol, request: Request) -> Arrival:
        sender = Sender(request.address, request.user_agent())
        log = self._log
        return Arrival(
            project, protocol, _time_of(_milliseconds()), sender, log.stream, log.reserve_frame()
        )

    def _queue(
        self, prepared: Prepared, arrival: Arrival, size: int, answer: Answer, done: Done
    ) -> None:
        """Accepted and rejected rows go to the log in a frame each; raises Problem."""
        try:
            frames = self._frames(prepared, arrival)
        except PayloadTooLargeError as error:
            detail = f"{error} Send smaller batches, or a smaller `context`."
            raise problems.too_large(detail) from error
        project_id, rows = arrival.project.project_id, prepared.rows
        sample = self._live.sample(project_id, arrival.received_at, rows)
        queued = _Queued(
            project_id, size, _count_names(rows), len(rows), sample, answer, prepared.rejected, done
        )
        self._log.append(frames, partial(self._settle, queued))

    def _settle(self, queued: _Queued, error: OSError | None) -> None:
        """Count what has become durable, and answer."""
        if error is not None:
            queued.done(answers.of_problem(problems.storage_failed()))
            return
        self._metrics.count(queued.project_id, queued.names, queued.rejected, queued.size)
        if queued.count:
            self._live.add(queued.project_id, queued.count, queued.sample)
        queued.done(queued.answer)

    def _frames(self, prepared: Prepared, arrival: Arrival) -> bytearray:
        frames = bytearray()
        if prepared.rows:
            frame = open_frame()
            encode_into(prepared.rows, frame)
            seal_frame(frame, Kind.EVENTS, arrival.frame, len(prepared.rows), _milliseconds())
            frames = frame
        if rejected := prepared.rejected_rows:
            number = self._log.reserve_frame()
            for row in rejected:
                row._frame = number
            frame = open_frame()
            frame += encode_rejected(rejected)
            seal_frame(frame, Kind.REJECTED, number, len(rejected), _milliseconds())
            frames += frame
        return frames

    def _queue_malformed(
        self,
        body: bytes,
        malformed: MalformedBody,
        arrival: Arrival,
        answer: Answer,
        done: Done,
    ) -> None:
        """A body without events to tell apart is one rejected row."""
        self.rates.spend(arrival.project, 1, len(body))
        refused = Rejection("malformed_json", str(malformed))
        prepared = Prepared(
            rows=[],
            rejected=[RejectedEvent(0, None, "", refused.reason, refused.code)],
            rejected_rows=[rejected_row(body, refused, arrival, 0)],
        )
        self._queue(prepared, arrival, len(body), answer, done)


def _max_bytes(project: Project | None, protocol: Protocol) -> int:
    limits = project.limits if project else ANYONE
    return limits.max_batch_bytes * protocol.batch_factor


def _check_batch(envelope: Envelope, size: int, project: Project, protocol: Protocol) -> None:
    if size > (allowed := _max_bytes(project, protocol)):
        detail = f"The batch has {size} bytes, {allowed} are allowed."
        raise problems.too_large(detail)
    count, most = len(envelope.events), project.limits.max_batch_events
    if count > most:
        raise problems.too_large(f"The batch has {count} events, {most} are allowed.")
    if not envelope.events:
        raise Problem(400, "empty-batch", "Empty batch", "The request holds no event.")


def _count_names(rows: list[Row]) -> dict[str, int]:
    names: dict[str, int] = {}
    for row in rows:
        name = row.event.event_name
        names[name] = names.get(name, 0) + 1
    return names


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


@lru_cache(1)
def _time_of(milliseconds: int) -> datetime:
    """Since 1970. Several requests arrive within a millisecond."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
