"""What sessions went through, step by step, repeats told once."""

from collections.abc import Iterable

from tests.dbt_project.reference.events import Event

KEPT = 100


def event_steps(events: Iterable[Event]) -> list[str]:
    """Names of what people looked at and did, of events in order."""
    return _without_repeats(
        event.event_name for event in events if event.is_page_view or event.is_interactive
    )


def page_steps(events: Iterable[Event]) -> list[str]:
    """Paths of the pages that people looked at, of events in order."""
    return _without_repeats(event.path for event in events if event.is_page_view)


def _without_repeats(names: Iterable[str]) -> list[str]:
    steps: list[str] = []
    for name in names:
        if name and steps[-1:] != [name]:
            steps.append(name)
    return steps
