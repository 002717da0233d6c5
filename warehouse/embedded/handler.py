"""One query request from its first byte to its last."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial

from warehouse.embedded import compression, forms, progress
from warehouse.embedded.auth import Authenticator, Identity, Role
from warehouse.embedded.body import Spool
from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.content_types import content_type
from warehouse.embedded.early_headers import EXTENSION
from warehouse.embedded.engine import Engine, Outcome
from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.execution import Execution, Plan
from warehouse.embedded.incoming import Receive, body_chunks, read_statement
from warehouse.embedded.native_blocks import BlockWriter
from warehouse.embedded.planning import Planner
from warehouse.embedded.reply import Reply, summary
from warehouse.embedded.request import Parameters, QueryRequest, Scope, headers_of
from warehouse.embedded.sessions import Sessions
from warehouse.embedded.stream import RunningStatement

Work = Callable[[int], Outcome]


class QueryHandler:
    """Holds what requests share: the workers of each role, the sessions, the running query ids."""

    def __init__(self, config: GatewayConfig, engine: Engine) -> None:
        self._config = config
        self._engine = engine
        self._authenticator = Authenticator(config)
        self._planner = Planner(config, engine)
        self._executions = {
            role: Execution(partial(engine.connect, role), engine.change_access) for role in Role
        }
        self._sessions = {role: Sessions(partial(engine.connect, role)) for role in Role}
        self._workers = {
            Role.ADMIN: ThreadPoolExecutor(config.admin_connections, "admin"),
            Role.READER: ThreadPoolExecutor(config.reader_connections, "reader"),
        }
        self._planners = ThreadPoolExecutor(1, "plan")
        self._killers = ThreadPoolExecutor(2, "kill")  # a KILL QUERY never waits for a free worker
        self._running: set[str] = set()

    async def handle(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        """Raises ClickHouseError, ClientDisconnected."""
        headers = headers_of(scope)
        parameters = Parameters.of_query_string(scope["query_string"])
        identity = self._authenticator.identify(headers, parameters)
        async with AsyncExitStack() as stack:
            new_spool = partial(self._spool, stack)
            chunks = body_chunks(receive, headers, framed=parameters.flag("decompress"))
            form = await forms.form_of(headers.get("content-type", ""), chunks, new_spool)
            merged = parameters.merged(form.fields)
            request = QueryRequest.of(scope["method"], merged, headers, form.files.keys())
            reply.set("X-ClickHouse-Query-Id", request.query_id)
            incoming = await read_statement(request.query, chunks, new_spool)
            plan = await asyncio.get_running_loop().run_in_executor(
                self._planners, self._planner.plan, identity, request, incoming, form.files
            )
            work = self._work(identity.role, request, plan, stack)
            stack.enter_context(self._unique(request.query_id))
            _shape(reply, request, plan)
            if request.wait_end_of_query:
                reply.whole = new_spool()
            async with _progress_headers(scope, request, plan, reply):
                await self._run(identity, plan, work, receive, reply)

    async def _run(
        self, identity: Identity, plan: Plan, work: Work, receive: Receive, reply: Reply
    ) -> None:
        started = time.monotonic_ns()
        executor = self._executor(identity.role, plan)
        kill = partial(self._engine.kill, plan.marker)
        async with RunningStatement(executor, work, kill) as running:
            watch = asyncio.create_task(_stop_with_client(receive, running, plan, reply))
            try:
                async for chunk in running.chunks():
                    await reply.write(chunk)
                outcome = await running.outcome()
            finally:
                watch.cancel()
        if outcome.output:
            reply.set("X-ClickHouse-Format", plan.output_format)
            await reply.write(outcome.output)
        reply.set("X-ClickHouse-Summary", summary(outcome, time.monotonic_ns() - started))
        await reply.finish()

    def _spool(self, stack: AsyncExitStack) -> Spool:
        spool = Spool(self._config.spool_dir, self._config.memory_body_bytes)
        stack.callback(spool.close)
        return spool

    def _work(self, role: Role, request: QueryRequest, plan: Plan, stack: AsyncExitStack) -> Work:
        execution = self._executions[role]
        self._sessions[role].close_expired()
        if request.session is None:
            return partial(execution.once, plan)
        session = stack.enter_context(self._sessions[role].hold(request.session))
        return partial(execution.in_session, plan, session)

    def _executor(self, role: Role, plan: Plan) -> Executor:
        return self._killers if plan.has_keyword(b"KILL") else self._workers[role]

    @contextmanager
    def _unique(self, query_id: str) -> Iterator[None]:
        if query_id in self._running:
            raise ClickHouseError(
                216,
                "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
                f"Query with id = {query_id} is already running.",
            )
        self._running.add(query_id)
        try:
            yield
        finally:
            self._running.discard(query_id)

    async def close(self) -> None:
        """Wait for the last statements; whoever still runs one is stopping it meanwhile."""
        for workers in (*self._workers.values(), self._planners, self._killers):
            await asyncio.to_thread(workers.shutdown, wait=True, cancel_futures=True)
        for sessions in self._sessions.values():
            sessions.close_all()


async def _stop_with_client(
    receive: Receive, running: RunningStatement, plan: Plan, reply: Reply
) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reply.abandon()
    if plan.stops_with_client:
        await running.stop()


@asynccontextmanager
async def _progress_headers(
    scope: Scope, request: QueryRequest, plan: Plan, reply: Reply
) -> AsyncIterator[None]:
    """Show how far the statement is in headers, if the request asks for them."""
    send_header = scope.get("extensions", {}).get(EXTENSION)
    if request.progress_interval_ms is None or send_header is None:
        yield
        return
    started = time.monotonic_ns()

    def show(figures: Outcome) -> bool:
        if not reply.started:
            elapsed_ns = time.monotonic_ns() - started
            send_header("X-ClickHouse-Progress", summary(figures, elapsed_ns))
        return not reply.started

    task = asyncio.create_task(progress.report(plan.progress, request.progress_interval_ms, show))
    try:
        yield
    finally:
        task.cancel()


def _shape(reply: Reply, request: QueryRequest, plan: Plan) -> None:
    """Format, coding and buffering of the answer."""
    if plan.returns_rows:
        reply.set("X-ClickHouse-Format", plan.output_format)
        reply.set("Content-Type", content_type(plan.output_format))
    else:
        reply.set("Content-Type", "text/plain; charset=UTF-8")
    if request.compress:
        reply.compressors.append(BlockWriter())
    reply.hold_bytes = max(reply.hold_bytes, request.buffer_bytes)
    coding = _coding(request)
    if coding is not None:
        reply.set("Content-Encoding", coding)
        level = request.settings.get("http_zlib_compression_level", "")
        reply.compressors.append(compression.compressor(coding, level))


def _coding(request: QueryRequest) -> str | None:
    if request.settings.get("enable_http_compression") not in ("1", "true"):
        return None
    return compression.negotiate(request.accept_encoding)
