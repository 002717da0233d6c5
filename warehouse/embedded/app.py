"""The ASGI application: liveness, and queries with their errors in the server's form."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.engine import Engine
from warehouse.embedded.errors import UNKNOWN_EXCEPTION, ClickHouseError
from warehouse.embedded.handler import QueryHandler
from warehouse.embedded.incoming import ClientDisconnected, Receive
from warehouse.embedded.reply import Reply
from warehouse.embedded.request import Scope

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LIVENESS = ("/ping", "/replicas_status")
_METHODS = ("GET", "HEAD", "POST", "PUT")

log = logging.getLogger(__name__)


class Gateway:
    """Answers the ClickHouse HTTP interface until it is closed."""

    def __init__(self, config: GatewayConfig, engine: Engine) -> None:
        self._engine = engine
        self._handler = QueryHandler(config, engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path in _LIVENESS:
            await _plain(send, 200, "Ok.\n")
        elif path not in ("/", "/query"):
            await _plain(send, 404, f"There is no handle {path}\n")
        elif method in ("GET", "HEAD") and not scope["query_string"]:
            await _plain(send, 200, "Ok.\n")
        elif method not in _METHODS:
            await _plain(send, 501, f"Method {method} is not supported\n")
        else:
            await self._query(scope, receive, send)

    async def _query(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            "X-ClickHouse-Server-Display-Name": "embedded",
            "X-ClickHouse-Timezone": self._engine.timezone,
        }
        reply = Reply(send, headers, self._engine.version)
        reply.head_only = scope["method"] == "HEAD"
        try:
            await self._handler.handle(scope, receive, reply)
        except ClickHouseError as error:
            await reply.fail(error)
        except ClientDisconnected:
            log.debug("a client left before its request was complete")
        except Exception as error:
            log.exception("a request failed")
            unknown = ClickHouseError(UNKNOWN_EXCEPTION, "UNKNOWN_EXCEPTION", repr(error))
            await reply.fail(unknown)

    async def close(self) -> None:
        await self._handler.close()
        self._engine.close()


async def _plain(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/html; charset=UTF-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
