"""Write keys are looked up in memory, and PostgreSQL may be away."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from control_plane.keys import hash_key
from ingest import keys
from ingest.keys import ActiveKey, KeyCache
from ingest.project import Project, RateLimits


class Source:
    """Counts how often it is asked; `error` makes it fail."""

    def __init__(self, *plaintexts: str) -> None:
        self.plaintexts = list(plaintexts)
        self.looks = 0
        self.error: Exception | None = None
        self.used: dict[str, datetime] = {}

    async def active_keys(self) -> list[ActiveKey]:
        self.looks += 1
        if self.error:
            raise self.error
        return [
            ActiveKey(f"id-{number}", hash_key(text), Project("p1", rates=RateLimits("free", 10)))
            for number, text in enumerate(self.plaintexts)
        ]

    async def note_use(self, used: dict[str, datetime]) -> None:
        self.used |= used


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "UNKNOWN_KEY_REFRESH_SECONDS", 0.1)


async def test_a_new_key_works_without_a_restart(tmp_path: Path) -> None:
    source = Source("wk_a")
    cache = KeyCache(source, tmp_path / "keys.json")
    await cache.refresh()
    source.plaintexts.append("wk_b")
    assert cache.get("wk_b") is None
    project = await cache.find("wk_b")
    assert project is not None
    assert project.project_id == "p1"


async def test_many_unknown_keys_share_one_look(tmp_path: Path) -> None:
    source = Source()
    cache = KeyCache(source, tmp_path / "keys.json")
    await cache.refresh()
    found = await asyncio.gather(*(cache.find(f"wk_{number}") for number in range(50)))
    assert found == [None] * 50
    assert source.looks == 2
    assert cache.is_current


async def test_a_restart_without_postgresql_uses_the_snapshot(tmp_path: Path) -> None:
    snapshot = tmp_path / "keys.json"
    await KeyCache(Source("wk_a"), snapshot).refresh()
    source = Source()
    source.error = ConnectionError("down")
    cache = KeyCache(source, snapshot)
    cache.load_snapshot()
    await cache.refresh()
    project = cache.get("wk_a")
    assert project == Project("p1", rates=RateLimits("free", 10))
    assert not cache.is_current
    assert "wk_a" not in snapshot.read_text()
    assert snapshot.stat().st_mode & 0o777 == 0o600


async def test_an_unreadable_snapshot_is_ignored(tmp_path: Path) -> None:
    snapshot = tmp_path / "keys.json"
    snapshot.write_text("{")
    cache = KeyCache(Source(), snapshot)
    cache.load_snapshot()
    assert cache.get("wk_a") is None


async def test_a_revoked_key_is_forgotten_at_the_next_look(tmp_path: Path) -> None:
    source = Source("wk_a")
    cache = KeyCache(source, tmp_path / "keys.json")
    await cache.refresh()
    assert cache.get("wk_a")
    source.plaintexts.clear()
    await cache.refresh()
    assert cache.get("wk_a") is None


async def test_use_is_reported(tmp_path: Path) -> None:
    source = Source("wk_a")
    cache = KeyCache(source, tmp_path / "keys.json")
    await cache.refresh()
    cache.get("wk_a")
    task = asyncio.create_task(cache.keep_fresh(0.01))
    await asyncio.sleep(0.1)
    task.cancel()
    assert list(source.used) == ["id-0"]
