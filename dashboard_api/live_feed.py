"""Fans events from Redis out to WebSockets, with a bounded buffer for each socket."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator

from prometheus_client import Counter, Gauge
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from control_plane.background_tasks import end

logger = logging.getLogger(__name__)

CHANNEL = "live:{project_id}"
# Ingest publishes a few batches a second; 64 cover over ten seconds of a stalled browser.
BUFFERED_MESSAGES = 64
# Also how long a newly watched project waits behind a quiet one.
POLL_SECONDS = 0.2
RECONNECT_SECONDS = 1.0

SOCKETS = Gauge("live_sockets", "Open live-feed sockets")
DROPPED = Counter("live_messages_dropped_total", "Live messages dropped for slow sockets")


class Subscriber:
    """The newest messages for one socket; when it falls behind, the oldest go."""

    def __init__(self) -> None:
        self.messages: deque[str] = deque(maxlen=BUFFERED_MESSAGES)
        self.ready = asyncio.Event()

    def put(self, message: str) -> None:
        if len(self.messages) == BUFFERED_MESSAGES:
            DROPPED.inc()
        self.messages.append(message)
        self.ready.set()

    async def next(self) -> str:
        while not self.messages:
            self.ready.clear()
            await self.ready.wait()
        return self.messages.popleft()


class LiveFeed:
    """One Redis connection for the process, subscribed to the projects being watched."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.subscribers: dict[str, set[Subscriber]] = {}
        self.changed = asyncio.Event()

    @contextlib.contextmanager
    def subscribe(self, project_id: str) -> Iterator[Subscriber]:
        subscriber = Subscriber()
        self.subscribers.setdefault(project_id, set()).add(subscriber)
        self.changed.set()
        SOCKETS.inc()
        try:
            yield subscriber
        finally:
            SOCKETS.dec()
            watching = self.subscribers[project_id]
            watching.discard(subscriber)
            if not watching:
                del self.subscribers[project_id]
            self.changed.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["LiveFeed"]:
        reader = asyncio.create_task(self.read_forever(), name="live-feed")
        try:
            yield self
        finally:
            await end(reader)

    async def read_forever(self) -> None:
        while True:
            try:
                async with self.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await self.read(pubsub)
            except (RedisError, OSError) as error:
                logger.warning("live feed lost Redis, trying again: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def read(self, pubsub: PubSub) -> None:
        subscribed: set[str] = set()
        while True:
            subscribed = await self.follow(pubsub, subscribed)
            if not subscribed:
                await self.changed.wait()
                continue
            message = await pubsub.get_message(timeout=POLL_SECONDS)
            if message is not None:
                self.deliver(message["channel"], message["data"])

    async def follow(self, pubsub: PubSub, subscribed: set[str]) -> set[str]:
        """Bring the Redis subscriptions in line with the projects being watched."""
        self.changed.clear()
        wanted = set(self.subscribers)
        if new := wanted - subscribed:
            await pubsub.subscribe(*(CHANNEL.format(project_id=project) for project in new))
        if gone := subscribed - wanted:
            await pubsub.unsubscribe(*(CHANNEL.format(project_id=project) for project in gone))
        return wanted

    def deliver(self, channel: str, data: str) -> None:
        project_id = channel.removeprefix(CHANNEL.format(project_id=""))
        for subscriber in self.subscribers.get(project_id, ()):
            subscriber.put(data)
