"""Rows on the terminal: a table for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

Value = str | int | float | bool | datetime | None


def show_rows(rows: Sequence[Mapping[str, Value]], *, as_json: bool, empty: str) -> None:
    """Print rows that have the same keys; `empty` is what a person reads when there are none."""
    if as_json:
        typer.echo(json.dumps([to_json(row) for row in rows], indent=2))
    elif not rows:
        typer.echo(empty)
    else:
        table = Table(*rows[0], box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(_text(value) for value in row.values()))
        Console(width=None if Console().is_terminal else 200).print(table)


def show_record(record: Mapping[str, Value], *, as_json: bool) -> None:
    """Print one thing, a line a field."""
    if as_json:
        typer.echo(json.dumps(to_json(record), indent=2))
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        typer.echo(f"{name.ljust(width)}  {_text(value)}")


def to_json(record: Mapping[str, Value]) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in record.items()
    }


def _text(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)
