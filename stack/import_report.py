"""What `analytics import` shows while it runs and when it is done."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from ingest.importer import journal
    from ingest.importer.run import DryRun, ImportResult

SHOWN_REJECTS = 5


@contextmanager
def progress_bar(file: Path) -> Iterator[Callable[[int, "journal.Progress"], None]]:
    """Bytes of the file read and events a second, on standard error if that is a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[events]:,} events"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(file.name, total=file.stat().st_size, events=0, rate=0)
        before: list[int] = []

        def watch(bytes_read: int, progress: "journal.Progress") -> None:
            before[:] = before or [progress.accepted]
            elapsed = bar.tasks[0].elapsed or 0
            rate = (progress.accepted - before[0]) / elapsed if elapsed else 0
            bar.update(task, completed=bytes_read, events=progress.accepted, rate=rate)

        yield watch


def describe_result(result: "ImportResult", seconds: float, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_as_record(result, seconds), indent=2))
        return
    progress = result.progress
    if result.was_finished:
        typer.echo(
            f"{progress.file} was imported before, on {progress.finished_at:%Y-%m-%d %H:%M} UTC; "
            "nothing was sent (--again sends it once more):"
        )
    _describe_progress(progress)
    if progress.rejected:
        _describe_rejects(result.rejects_path, progress.rejected)
    if not result.was_finished:
        going_on = f", going on after {result.resumed_from:,}" if result.resumed_from else ""
        typer.echo(f"{seconds:.1f} s{going_on}")


def describe_dry_run(run: "DryRun", *, as_json: bool) -> None:
    if as_json:
        record = _of_progress(run.progress) | {
            "dry_run": True,
            "rejects": [{"line": each.line, "reason": each.reason} for each in run.rejects],
            "sample": [json.loads(event.body) for event in run.events],
        }
        typer.echo(json.dumps(record, indent=2))
        return
    _describe_progress(run.progress)
    for reject in run.rejects:
        typer.echo(f"  line {reject.line}: {reject.reason}")
    if run.events:
        typer.echo("The first events would be:")
        for event in run.events:
            typer.echo(f"  {event.body.decode()}")
    typer.echo("Nothing was sent.")


def _describe_progress(progress: "journal.Progress") -> None:
    typer.echo(
        f"{progress.accepted:,} events, {progress.rejected:,} rejected, "
        f"{progress.skipped:,} skipped"
    )
    for name, count in sorted(progress.events.items(), key=lambda item: -item[1])[:20]:
        typer.echo(f"  {count:>10,}  {name}")
    if progress.first_event_at and progress.last_event_at:
        typer.echo(
            f"from {progress.first_event_at:%Y-%m-%d %H:%M:%S} "
            f"to {progress.last_event_at:%Y-%m-%d %H:%M:%S} UTC"
        )


def _describe_rejects(path: Path, count: int) -> None:
    with path.open() as lines:
        for line, _ in zip(lines, range(SHOWN_REJECTS), strict=False):
            reject = json.loads(line)
            typer.echo(f"  line {reject['line']}: {reject['reason']}")
    more = f"; {count - SHOWN_REJECTS:,} more" if count > SHOWN_REJECTS else ""
    typer.echo(f"Rejects are kept in {path}{more}")


def _as_record(result: "ImportResult", seconds: float) -> dict[str, Any]:
    return _of_progress(result.progress) | {
        "rejects_file": str(result.rejects_path),
        "resumed_from": result.resumed_from,
        "was_finished": result.was_finished,
        "seconds": round(seconds, 3),
    }


def _of_progress(progress: "journal.Progress") -> dict[str, Any]:
    first, last = progress.first_event_at, progress.last_event_at
    return {
        "file": progress.file,
        "project_id": progress.project,
        "accepted": progress.accepted,
        "rejected": progress.rejected,
        "skipped": progress.skipped,
        "events": progress.events,
        "first_event_at": first.isoformat() if first else None,
        "last_event_at": last.isoformat() if last else None,
    }
