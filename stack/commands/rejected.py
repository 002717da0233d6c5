"""`analytics rejected`: events that were refused."""

import json as json_text
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stack.control_plane import FAILED, WRONG_USE, leave
from stack.event_quality import Desk, at_desk, author, moment
from stack.listing import Value, show_rows

if TYPE_CHECKING:
    from control_plane.repositories.rejected_replays import Outcome
    from dashboard_api.event_quality.payloads import Repair
    from dashboard_api.event_quality.rejected import Filter, RejectedEvent

app = typer.Typer(no_args_is_help=True, help="See, mend and replay rejected events.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ProjectReference = Annotated[str, typer.Option("--project", help="Id or name of the project.")]
Code = Annotated[str, typer.Option(help="Only with this code, such as missing_identity.")]
Event = Annotated[str, typer.Option(help="Only events of this name.")]
Protocol = Annotated[str, typer.Option(help="Only of native, segment or posthog.")]
Since = Annotated[str, typer.Option(help="From when: 2026-11-22T10:00Z, or an age such as 7d.")]
Until = Annotated[str, typer.Option(help="Until when, in the same form.")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Id of an event; may be repeated.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")]

AT_ONCE = 500


class State(StrEnum):
    OPEN = "open"
    REPLAYED = "replayed"
    FAILED = "failed"
    DISCARDED = "discarded"


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="rejected")


@app.command(name="list")
def list_rejected(
    project: ProjectReference,
    *,
    code: Code = "",
    event: Event = "",
    protocol: Protocol = "",
    since: Since = "",
    until: Until = "",
    state: Annotated[State | None, typer.Option(help="What was done about them.")] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List rejected events, the newest first."""
    from dashboard_api.event_quality import rejected

    wanted = _filter(code, event, protocol, since, until, state=state)

    async def work(desk: Desk) -> "list[RejectedEvent]":
        found: list[RejectedEvent] = []
        cursor = None
        while len(found) < limit:
            page = await rejected.page(
                desk.warehouse,
                desk.database,
                desk.project_id,
                wanted,
                limit=min(limit - len(found), 1_000),
                cursor=cursor,
            )
            found += page.events
            cursor = page.cursor
            if cursor is None:
                break
        return found

    found = at_desk(project, work)
    if json:
        _print([each.model_dump(mode="json") for each in found])
        return
    show_rows([_row(each) for each in found], as_json=False, empty="No event was rejected.")


@app.command()
def show(
    rejected_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the rejected event.")],
    project: ProjectReference,
    json: Json = False,
) -> None:
    """Show one rejected event with its payload."""
    from dashboard_api.event_quality import rejected

    (found,) = at_desk(
        project,
        lambda desk: rejected.by_ids(desk.warehouse, desk.database, desk.project_id, [rejected_id]),
    )
    if json:
        _print(found.model_dump(mode="json"))
        return
    for name, value in _row(found).items():
        typer.echo(f"{name:<12} {value}")
    typer.echo(f"payload\n{_pretty(found.payload)}")


@app.command()
def replay(
    project: ProjectReference,
    *,
    ids: Ids = None,
    code: Code = "",
    event: Event = "",
    protocol: Protocol = "",
    since: Since = "",
    until: Until = "",
    limit: Limit = 1_000,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="field=value, as in properties.revenue=12.5; may be repeated."),
    ] = None,
    patch: Annotated[
        Path | None, typer.Option(help="JSON Merge Patch (RFC 7396) for each payload.")
    ] = None,
    payload: Annotated[
        Path | None, typer.Option(help="JSON file in place of the payload of the one --id.")
    ] = None,
    json: Json = False,
) -> None:
    """Send rejected events again, mended if asked.

    Events that were replayed before are left as they are. Exits with 1 if one is refused again.
    """
    wanted = _filter(code, event, protocol, since, until)
    repair = _repair(assignments or [], patch, payload)
    if repair.payload is not None and len(ids or ()) != 1:
        leave("--payload replaces that of one event: name it with --id", WRONG_USE)
    _demand_selection(ids, code, event, protocol, since, until)

    async def work(desk: Desk) -> "list[Outcome]":
        from dashboard_api.event_quality.replay import replay as send_again

        outcomes: list[Outcome] = []
        events = await _selected(desk, ids, wanted, limit)
        for start in range(0, len(events), AT_ONCE):
            outcomes += await send_again(
                desk.database,
                desk.ingest_url,
                desk.project_id,
                events[start : start + AT_ONCE],
                repair,
                author=author(),
            )
        return outcomes

    _tell(at_desk(project, work), as_json=json)


@app.command()
def discard(
    project: ProjectReference,
    *,
    ids: Ids = None,
    code: Code = "",
    event: Event = "",
    protocol: Protocol = "",
    since: Since = "",
    until: Until = "",
    limit: Limit = 1_000,
    json: Json = False,
) -> None:
    """Note that these need nothing more. They stay on record."""
    wanted = _filter(code, event, protocol, since, until)
    _demand_selection(ids, code, event, protocol, since, until)

    async def work(desk: Desk) -> "list[Outcome]":
        from dashboard_api.event_quality.replay import discard as note

        events = await _selected(desk, ids, wanted, limit)
        return await note(desk.database, desk.project_id, events, author=author())

    _tell(at_desk(project, work), as_json=json)


async def _selected(
    desk: Desk, ids: list[str] | None, wanted: "Filter", limit: int
) -> "list[RejectedEvent]":
    from dashboard_api.event_quality import rejected

    if ids:
        return await rejected.by_ids(desk.warehouse, desk.database, desk.project_id, ids)
    return await rejected.unfinished(
        desk.warehouse, desk.database, desk.project_id, wanted, limit=limit
    )


def _demand_selection(*given: object) -> None:
    if not any(given):
        leave("say which: --id, --code, --event, --protocol, --since or --until", WRONG_USE)


def _filter(
    code: str,
    event: str,
    protocol: str,
    since: str,
    until: str,
    *,
    state: State | None = None,
) -> "Filter":
    from control_plane.repositories.rejected_replays import ReplayState
    from dashboard_api.event_quality.periods import Period
    from dashboard_api.event_quality.rejected import Filter

    period = Period(moment(since), moment(until))
    return Filter(period, code, event, protocol, ReplayState(state.value) if state else None)


def _repair(assignments: list[str], patch: Path | None, payload: Path | None) -> "Repair":
    from dashboard_api.event_quality.payloads import Repair, merged

    changes = _object(patch) if patch else None
    for assignment in assignments:
        changes = merged(changes or {}, _assigned(assignment))
    return Repair(_object(payload) if payload else None, changes)


def _assigned(assignment: str) -> dict[str, Any]:
    """`a.b=1` as `{"a": {"b": 1}}`; what is not JSON is text."""
    field, equals, text = assignment.partition("=")
    if not field or not equals:
        leave(f"{assignment!r} is not of the form field=value", WRONG_USE)
    try:
        value = json_text.loads(text)
    except ValueError:
        value = text
    for name in reversed(field.split(".")):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json_text.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        leave(f"cannot read {path}: {error}", WRONG_USE)
    if not isinstance(found, dict):
        leave(f"{path} is not a JSON object", WRONG_USE)
    return found


def _row(event: "RejectedEvent") -> dict[str, Value]:
    newest = event.replay if event.replay and event.replay.reason else event
    return {
        "id": event.id,
        "received_at": event.received_at,
        "event": event.event_name,
        "protocol": event.protocol,
        "code": newest.code,
        "field": newest.field,
        "reason": newest.reason,
        "state": event.state.value,
    }


def _tell(outcomes: "list[Outcome]", *, as_json: bool) -> None:
    rows: list[dict[str, Value]] = [
        {
            "id": outcome.rejected_id,
            "state": outcome.state.value,
            "event_id": ", ".join(outcome.event_ids),
            "code": outcome.code,
            "field": outcome.field,
            "reason": outcome.reason,
        }
        for outcome in outcomes
    ]
    show_rows(rows, as_json=as_json, empty="No event to do this to.")
    if any(outcome.state.value == State.FAILED for outcome in outcomes):
        sys.exit(FAILED)


def _pretty(payload: str) -> str:
    try:
        return json_text.dumps(json_text.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload


def _print(content: Any) -> None:
    typer.echo(json_text.dumps(content, indent=2, ensure_ascii=False))
