"""How background work ends."""

import asyncio
from contextlib import suppress

from control_plane.background_tasks import end


async def test_work_ends_though_a_cancellation_was_lost() -> None:
    """As redis-py loses one that comes with the answer it waits for, on Python 3.11."""
    heard = []

    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        heard.append("first")
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)  # lets it begin: a task that has not hears nothing

    async with asyncio.timeout(10):
        await end(task)

    assert heard == ["first"]
    assert task.cancelled()
