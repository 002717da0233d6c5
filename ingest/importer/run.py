"""An import from start to end."""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.importer import mapping_file
from ingest.importer.batches import Batch, batches
from ingest.importer.delivery import IngestClient, Refusal
from ingest.importer.errors import MappingError, Problem, SourceError
from ingest.importer.input_file import InputFile, content_hash
from ingest.importer.journal import (
    Journal,
    Progress,
    RejectedRecord,
    journal_key,
    rejected_records,
)
from ingest.importer.mapping import compile_mapping
from ingest.importer.mapping_file import MappingFile
from ingest.importer.outcomes import Event, Outcome, Outcomes
from ingest.importer.product_outcomes import ProductOutcomes
from ingest.importer.products import PRODUCTS
from ingest.importer.sources import Source
from ingest.importer.sources.combined_log import CombinedLog
from ingest.importer.sources.csv_rows import CsvRows
from ingest.importer.sources.ndjson import NdjsonRows

# Told after each batch: bytes of the file read, and how far the import is.
Watch = Callable[[int, Progress], None]

SHOWN_REJECTS = 20
SHOWN_EVENTS = 3


@dataclass(frozen=True)
class ImportRequest:
    """`site` completes the addresses of pages in access logs, which name no host.

    `zone` is the IANA zone of a Mixpanel project whose exports count seconds in local time.
    """

    path: Path
    format: str
    project: str
    mapping: Path | None = None
    site: str = ""
    zone: str = ""


@dataclass(frozen=True)
class ImportResult:
    progress: Progress
    rejects_path: Path
    resumed_from: int = 0
    was_finished: bool = False


@dataclass(frozen=True)
class DryRun:
    progress: Progress
    rejects: list[RejectedRecord]
    events: list[Event]


def run_import(
    request: ImportRequest,
    client: IngestClient,
    directory: Path,
    watch: Watch = lambda _bytes, _progress: None,
    *,
    again: bool = False,
) -> ImportResult:
    """Send what was not sent yet.

    Raises MappingError before anything is sent, SourceError then too or on the way where a
    compressed file is damaged, ImportFailedError when the API cannot be reached or the key is
    refused. `again` forgets how far an earlier import came.
    """
    file = mapping_of(request)
    digest = content_hash(request.path)
    given = (request.format, request.site + request.zone, file.text if file else "")
    key = journal_key(digest, *given, request.project)
    with Journal(directory, key, fresh_progress(request), again=again) as journal:
        start = journal.progress.position
        if journal.progress.finished_at is not None:
            return ImportResult(journal.progress, journal.rejects_path, start, was_finished=True)
        with opened(request, file) as (outcomes, input_file), without_collector():
            client.check()
            stream = batches(outcomes, start, lambda: input_file.position)
            deliver(stream, client, journal, watch)
        journal.finish(datetime.now(UTC))
        return ImportResult(journal.progress, journal.rejects_path, start)


def dry_run(request: ImportRequest, watch: Watch = lambda _bytes, _progress: None) -> DryRun:
    """Do everything but send."""
    file, progress = mapping_of(request), fresh_progress(request)
    rejects: list[RejectedRecord] = []
    events: list[Event] = []
    with opened(request, file) as (outcomes, input_file), without_collector():
        for batch in batches(outcomes, 0, lambda: input_file.position):
            progress.count(batch, batch.events)
            rejects += rejected_records(batch, [])[: SHOWN_REJECTS - len(rejects)]
            events += batch.events[: SHOWN_EVENTS - len(events)]
            watch(batch.bytes_read, progress)
    return DryRun(progress, rejects, events)


def deliver(stream: Iterator[Batch], client: IngestClient, journal: Journal, watch: Watch) -> None:
    """Keep a few requests under way; record them in the order of the file."""
    underway: deque[tuple[Batch, Future[list[Refusal]]]] = deque()

    def settle() -> None:
        batch, answer = underway.popleft()
        journal.answered(batch, answer.result())
        watch(batch.bytes_read, journal.progress)

    with ThreadPoolExecutor(client.connections, "import") as pool:
        try:
            for batch in stream:
                bodies = [event.body for event in batch.events]
                underway.append((batch, pool.submit(client.send, bodies) if bodies else done()))
                if len(underway) > client.connections:
                    settle()
            while underway:
                settle()
        except BaseException:  # also Ctrl-C: workers may be waiting to try again
            client.stop()
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            journal.save()


@contextmanager
def without_collector() -> Iterator[None]:
    """Records are trees and go by their counts; looking for cycles among them takes 7 %."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def done() -> Future[list[Refusal]]:
    """The answer to a batch without events."""
    answer: Future[list[Refusal]] = Future()
    answer.set_result([])
    return answer


def fresh_progress(request: ImportRequest) -> Progress:
    return Progress(request.path.name, request.project, datetime.now(UTC))


def mapping_of(request: ImportRequest) -> MappingFile | None:
    """None for the export of a product, unless a mapping takes the place of its own."""
    if request.mapping is None:
        built_in = mapping_file.built_in(request.format)
        if built_in is None and request.format not in PRODUCTS:
            raise SourceError(f"--format {request.format} needs --mapping")
        return built_in
    file = mapping_file.read(request.mapping)
    if file.format not in (None, request.format):
        line = file.entries["format"].line
        problem = Problem(line, f"the mapping is for {file.format}, not {request.format}")
        raise MappingError(file.name, [problem])
    return file


@contextmanager
def opened(
    request: ImportRequest, file: MappingFile | None
) -> Iterator[tuple[Iterable[Outcome], InputFile]]:
    input_file = InputFile(request.path)
    try:
        yield outcomes_of(request, file, input_file), input_file
    finally:
        input_file.close()


def outcomes_of(
    request: ImportRequest, file: MappingFile | None, input_file: InputFile
) -> Iterable[Outcome]:
    if file is None:
        product = PRODUCTS[request.format]
        zone = ZoneInfo(request.zone) if request.zone else None
        return ProductOutcomes(product.records(input_file), product.reader(zone))
    source = source_of(request, file, input_file)
    return Outcomes(source, compile_mapping(file, source.columns))


def source_of(request: ImportRequest, file: MappingFile, input_file: InputFile) -> Source:
    match request.format:
        case "combined_log":
            return CombinedLog(input_file, site=request.site)
        case "csv":
            return CsvRows(input_file, file.dialect)
        case "ndjson":
            return NdjsonRows(input_file, file.columns)
        case name if name in PRODUCTS:
            records = PRODUCTS[name].records(input_file)
            return NdjsonRows(input_file, file.columns, records)
    known = ", ".join(mapping_file.FORMATS)
    raise SourceError(f"unknown format {request.format!r}: it is one of {known}")
