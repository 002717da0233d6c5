"""`analytics tiers`: what the projects of a tier may send."""

from typing import TYPE_CHECKING, Annotated

import typer

from stack.control_plane import WRONG_USE, control_plane, leave
from stack.listing import Value, show_record, show_rows

if TYPE_CHECKING:
    from control_plane.models import RateTier
    from control_plane.repositories.rate_tiers import TierSettings

app = typer.Typer(no_args_is_help=True, help="List and edit rate tiers.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NO_LIMIT = "none"
Limit = Annotated[str, typer.Option(help="A number, or none.")]
Number = Annotated[int | None, typer.Option()]


def register(root: typer.Typer) -> None:
    root.add_typer(app, name="tiers")


@app.command(name="list")
def list_tiers(json: Json = False) -> None:
    """List every tier."""
    from control_plane.repositories import rate_tiers

    with control_plane() as database:
        rows = [_described(tier) for tier in database.run(rate_tiers.everything)]
    show_rows(rows, as_json=json, empty="No tier.")


@app.command(name="set")
def set_tier(
    name: Annotated[str, typer.Argument(help="Name of the tier; a new one is made.")],
    *,
    events_per_second: Limit = "",
    bytes_per_second: Limit = "",
    monthly_events: Limit = "",
    burst_seconds: Number = None,
    max_event_bytes: Number = None,
    max_batch_bytes: Number = None,
    max_batch_events: Number = None,
    max_properties: Number = None,
    max_depth: Number = None,
    json: Json = False,
) -> None:
    """Change what a tier allows; what is not named stays. Ingest follows within seconds."""
    from control_plane.repositories import rate_tiers

    settings: TierSettings = {}
    if events_per_second:
        settings["events_per_second"] = _limit(events_per_second)
    if bytes_per_second:
        settings["bytes_per_second"] = _limit(bytes_per_second)
    if monthly_events:
        settings["monthly_events"] = _limit(monthly_events)
    numbers = {
        "burst_seconds": burst_seconds,
        "max_event_bytes": max_event_bytes,
        "max_batch_bytes": max_batch_bytes,
        "max_batch_events": max_batch_events,
        "max_properties": max_properties,
        "max_depth": max_depth,
    }
    given = {field: value for field, value in numbers.items() if value is not None}
    settings.update(given)  # type: ignore[typeddict-item]  # the names are the fields
    with control_plane() as database:
        show_record(_described(database.run(rate_tiers.save, name, **settings)), as_json=json)


def _limit(text: str) -> int | None:
    if text == NO_LIMIT:
        return None
    digits = text.replace("_", "").replace(",", "")
    if not digits.isdigit():
        leave(f"{text!r} is neither a number nor {NO_LIMIT}", WRONG_USE)
    return int(digits)


def _described(tier: "RateTier") -> dict[str, Value]:
    return {
        "name": tier.name,
        "events_per_second": tier.events_per_second,
        "bytes_per_second": tier.bytes_per_second,
        "monthly_events": tier.monthly_events,
        "burst_seconds": tier.burst_seconds,
        "max_event_bytes": tier.max_event_bytes,
        "max_batch_bytes": tier.max_batch_bytes,
        "max_batch_events": tier.max_batch_events,
        "max_properties": tier.max_properties,
        "max_depth": tier.max_depth,
    }
