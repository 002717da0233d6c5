"""A client that loses its patience sends the same batch from all its threads."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.faults.retrying import batch_of, settle, uuids
from tests.ingest.services import Ingest

TIMES = 100


@pytest.mark.timeout(300)
async def test_a_batch_sent_a_hundred_times_at_once_is_stored_once(
    ingest: Ingest, count: Callable[..., None]
) -> None:
    ids = uuids(50, 0, 0)
    body = batch_of(ids)
    headers = {"Authorization": f"Bearer {ingest.write_key}"}
    limits = httpx.Limits(max_connections=TIMES)
    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=30) as http:
        answers = await asyncio.gather(
            *(http.post(ingest.url + "/v1/events", content=body) for _ in range(TIMES))
        )
    assert [answer.status_code for answer in answers] == [200] * TIMES
    account = settle(ingest, ids)
    count(account)
    assert account.is_exact, account
    assert account.stored == len(ids)
