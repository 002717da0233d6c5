"""The HTTP interface: an ASGI application over one engine."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from warehouse.embedded import compression, policy
from warehouse.embedded.auth import Authenticator, Role
from warehouse.embedded.body import Spool
from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.engine import Engine, Outcome
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.execution import Plan, execute, execute_in_session
from warehouse.embedded.incoming import (
    ClientDisconnected,
    Incoming,
    body_chunks,
    check_method,
    read_statement,
)
from warehouse.embedded.reply import Reply, content_type, summary
from warehouse.embedded.request import Parameters, QueryRequest, Scope, headers_of
from warehouse.embedded.sessions import Sessions
from warehouse.embedded.statement import Statement
from warehouse.embedded.stream import RunningStatement

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LIVENESS = {"/ping": b"Ok.\n", "/replicas_status": b"Ok.\n"}


class Gateway:
    """Answers the ClickHouse HTTP interface. Open for the life of the process."""

    def __init__(self, config: GatewayConfig, engine: Engine) -> None:
        self._config = config
        self._engine = engine
        self._authenticator = Authenticator(config)
        self._sessions = {role: Sessions(partial(engine.connect, role)) for role in Role}
        self._workers = {
            Role.ADMIN: ThreadPoolExecutor(config.admin_connections, "admin"),
            Role.READER: ThreadPoolExecutor(config.reader_connections, "reader"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path in _LIVENESS:
            await _plain(send, 200, _LIVENESS[path])
        elif path not in ("/", "/query"):
            await _plain(send, 404, f"There is no handle {path}\n".encode())
        elif scope["method"] in ("GET", "HEAD") and not scope["query_string"]:
            await _plain(send, 200, b"Ok.\n")
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, {"X-ClickHouse-Timezone": self._engine.timezone}, self._engine.version)
        try:
            await self._query(scope, receive, reply)
        except ClickHouseError as error:
            await reply.fail(error)
        except ClientDisconnected:
            return

    async def _query(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        check_method(scope["method"])
        headers = headers_of(scope)
        parameters = Parameters.of_query_string(scope["query_string"])
        role = self._authenticator.role(headers, parameters)
        request = QueryRequest.of(scope["method"], parameters, headers)
        reply.set("X-ClickHouse-Query-Id", request.query_id)
        chunks = body_chunks(receive, headers)
        async with AsyncExitStack() as stack:
            incoming = await read_statement(request.query, chunks, partial(self._spool, stack))
            plan = self._plan(role, request, incoming)
            work = self._work(role, request, plan, stack)
            started = time.monotonic_ns()
            running = RunningStatement(self._workers[role], work)
            stack.callback(running.close)
            watch = asyncio.create_task(self._cancel_on_disconnect(receive, plan.marker))
            stack.callback(watch.cancel)
            await self._send_result(request, plan, running, reply, started)

    def _spool(self, stack: AsyncExitStack) -> Spool:
        spool = Spool(self._config.spool_dir, self._config.memory_body_bytes)
        stack.callback(spool.close)
        return spool

    def _plan(self, role: Role, request: QueryRequest, incoming: Incoming) -> Plan:
        plan = Plan(
            marker=f"{role.value}/{request.query_id}",
            output_format=request.default_format or "TabSeparated",
            database=request.database,
            settings=request.settings,
            params=request.params,
        )
        if incoming.insert is not None:
            policy.check_insert(role, request)
            return replace(plan, insert=incoming.insert)
        statement = Statement(incoming.sql, self._engine.parse(incoming.sql))
        policy.check(role, request, statement, self._config)
        own_format = statement.output_format
        return replace(plan, statement=statement, output_format=own_format or plan.output_format)

    def _work(
        self, role: Role, request: QueryRequest, plan: Plan, stack: AsyncExitStack
    ) -> Callable[[str], Outcome]:
        if request.session is not None:
            session = stack.enter_context(self._sessions[role].hold(request.session))
            return partial(execute_in_session, plan, session)
        return partial(self._execute_once, role, plan)

    def _execute_once(self, role: Role, plan: Plan, pipe: str) -> Outcome:
        with self._engine.connect(role) as connection:
            return execute(plan, connection, pipe)

    async def _cancel_on_disconnect(self, receive: Receive, marker: str) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await asyncio.to_thread(self._engine.kill, marker)

    async def _send_result(
        self,
        request: QueryRequest,
        plan: Plan,
        running: RunningStatement,
        reply: Reply,
        started: int,
    ) -> None:
        if plan.statement is not None and plan.statement.returns_rows:
            reply.set("X-ClickHouse-Format", plan.output_format)
            reply.set("Content-Type", content_type(plan.output_format))
        else:
            reply.set("Content-Type", "text/plain; charset=UTF-8")
        encoding = compression.negotiate(request.accept_encoding)
        if encoding and request.settings.get("enable_http_compression") == "1":
            level = int(request.settings.get("http_zlib_compression_level", "3"))
            reply.set("Content-Encoding", encoding)
            reply.compressor = compression.compressor(encoding, level)
        reply.head_only = request.method == "HEAD"
        async for chunk in running.chunks():
            await reply.write(chunk)
        outcome = await running.outcome()
        if outcome.output:
            reply.set("X-ClickHouse-Format", plan.output_format)
            await reply.write(outcome.output)
        reply.set("X-ClickHouse-Summary", summary(outcome, time.monotonic_ns() - started))
        await reply.finish()

    def close(self) -> None:
        for workers in self._workers.values():
            workers.shutdown(wait=True, cancel_futures=True)
        for sessions in self._sessions.values():
            sessions.close_all()
        self._engine.close()


async def _plain(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/html; charset=UTF-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
