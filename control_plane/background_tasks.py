"""How services end the work that goes on beside their requests."""

import asyncio

CANCEL_AGAIN_SECONDS = 0.5


async def end(task: "asyncio.Task[None]") -> None:
    """Cancel it again and again: redis-py writes under `asyncio.wait_for`, which until
    Python 3.12 loses a cancellation that comes with its result."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_SECONDS)
