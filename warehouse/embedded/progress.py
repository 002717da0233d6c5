"""How far a running statement is: for the summary of a request and for its progress headers."""

import asyncio
from collections.abc import Callable

from warehouse.embedded.engine import Outcome


class Progress:
    """The last figures of one statement. The engine's threads write them, every 0.1 s at most."""

    def __init__(self) -> None:
        self.seen = Outcome()

    def update(self, figures: Outcome) -> None:
        self.seen = figures


async def report(progress: Progress, interval_ms: int, show: Callable[[Outcome], bool]) -> None:
    """Call `show` when there are new figures, until it returns False."""
    shown = progress.seen
    while True:
        await asyncio.sleep(interval_ms / 1000)
        if progress.seen is not shown:
            shown = progress.seen
            if not show(shown):
                return
