"""`analytics doctor`: find out what is wrong."""

from typing import TYPE_CHECKING, Annotated

import typer

from stack import console

if TYPE_CHECKING:
    from stack.doctor import Finding

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check machine, installation and services. Exits with 1 when something failed."""
    from pydantic import TypeAdapter

    from stack.doctor import Finding, Outcome, examine
    from stack.environment import resolve

    findings = []
    for finding in examine(resolve()):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        console.out.print_json(TypeAdapter(list[Finding]).dump_json(findings).decode())
    if any(finding.outcome is Outcome.FAILED for finding in findings):
        raise typer.Exit(1)


def _print(finding: "Finding") -> None:
    console.out.print(MARKS[finding.outcome], end=" ")
    console.out.print(f"{finding.name}: {finding.detail}", markup=False, soft_wrap=True)
    if finding.remedy:
        console.out.print(f"  → {finding.remedy}", markup=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    app.command()(doctor)
