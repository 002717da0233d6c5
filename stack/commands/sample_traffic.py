"""Hidden command: the step of `analytics up` that fills an empty warehouse."""

import typer

from stack import console


def sample_traffic() -> None:
    """Send sample traffic through the ingest API, unless the warehouse holds events."""
    from stack import sample_traffic as sample
    from stack.environment import resolve

    count = sample.load(resolve())
    if count is not None:
        console.out.print(f"Sent {count:,} events of sample traffic.")


def register(app: typer.Typer) -> None:
    app.command(name="sample-traffic", hidden=True)(sample_traffic)
