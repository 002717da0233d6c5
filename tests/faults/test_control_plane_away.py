"""PostgreSQL and Redis stop: capture goes on with the keys it knows."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from control_plane.database import Database
from control_plane.keys import KeyKind
from control_plane.migrations import upgrade
from control_plane.repositories import api_keys
from stack.engines import Postgres, Redis
from stack.engines.foreground import running as running_engine
from stack.ports import free_port
from tests.faults.retrying import RetryingClient, batch_of, sending, settle, uuids
from tests.faults.scale import only_in_full
from tests.ingest.services import Ingest, make_ingest, running
from tests.waiting import eventually

pytestmark = [pytest.mark.timeout(300), only_in_full]


class ControlPlane:
    """PostgreSQL and Redis of one's own, to be stopped and started again."""

    def __init__(self, directory: Path) -> None:
        self.postgres = Postgres(directory / "postgres", free_port(), "postgres-secret")
        self.redis = Redis(directory / "redis", free_port(), "redis-secret")
        self._log = directory / "engines.log"
        self._running = ExitStack()

    def start(self) -> None:
        for engine in (self.postgres, self.redis):
            self._running.enter_context(running_engine(engine.service(), self._log))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def control_plane(tmp_path: Path) -> Iterator[ControlPlane]:
    control_plane = ControlPlane(tmp_path)
    control_plane.start()
    upgrade(control_plane.postgres.url())
    yield control_plane
    control_plane.stop()


def test_capture_goes_on_without_postgresql_and_redis(
    control_plane: ControlPlane, tmp_path: Path, warehouse_url: str, count: Callable[..., None]
) -> None:
    ingest = make_ingest(
        tmp_path, warehouse_url, control_plane.postgres.url(), control_plane.redis.url
    )
    with running(ingest):
        client = RetryingClient(ingest.url, ingest.write_key, 0, pause=0.01)
        with sending([client]):
            goes_on(client)
            control_plane.stop()
            goes_on(client)
            ingest.api.end()  # with nothing but the snapshot of the keys
            ingest.api.start()
            goes_on(client)
            status, slug = answer(ingest, "wk_unknown")
            assert (status, slug) == (503, "keys-unavailable")
            control_plane.start()
            with Database(control_plane.postgres.url()) as database:
                key = database.run(
                    api_keys.create_for_project, ingest.project_id, KeyKind.WRITE
                ).plaintext
            eventually(lambda: answer(ingest, key)[0] == 200)
            eventually(lambda: answer(ingest, "wk_unknown")[0] == 401)
            health = ingest.http.get(ingest.url + "/health").json()
            assert health["status"] == "healthy"
        account = settle(ingest, client.acknowledged)
    count(account)
    assert client.statuses == {200}
    assert account.is_exact, account


def goes_on(client: RetryingClient) -> None:
    sent = len(client.acknowledged)
    eventually(lambda: len(client.acknowledged) > sent + 2_000)


def answer(ingest: Ingest, key: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {key}"}
    reply = ingest.post("/v1/events", content=batch_of(uuids(1, 99, 0)), headers=headers)
    return reply.status_code, reply.json().get("type", "")
