"""Health, readiness and metrics."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from ingest import health, worker_metrics
from ingest.health import Health
from ingest.runtime import Runtime


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(_runtime)]

router = APIRouter(tags=["operations"])


class Readiness(BaseModel):
    """`reason` says why events are refused with 503, '' when they are taken."""

    status: Literal["ready", "overloaded"]
    reason: str
    pending_bytes: int
    unloaded_bytes: int
    unloaded_rows: int
    lag_seconds: float
    disk_free_bytes: int


@router.get("/health")
async def get_health(runtime: RuntimeDep) -> Health:
    """Reachability of the services behind; capture goes on without any of them."""
    return await health.check(runtime.probes())


@router.get("/ready", responses={503: {"model": Readiness}})
async def get_readiness(runtime: RuntimeDep, response: Response) -> Readiness:
    """200 while events are taken, 503 while the backlog or the disk is beyond its limit."""
    reason = runtime.capture.readiness_problem()
    backlog = runtime.capture.backlog
    response.status_code = 503 if reason else 200
    return Readiness(
        status="overloaded" if reason else "ready",
        reason=reason,
        pending_bytes=runtime.log.pending_bytes,
        unloaded_bytes=backlog.unloaded_bytes,
        unloaded_rows=backlog.unloaded_rows,
        lag_seconds=round(backlog.lag_seconds, 3),
        disk_free_bytes=backlog.free_bytes,
    )


@router.get("/metrics", response_class=Response)
def get_metrics(request: Request, runtime: RuntimeDep) -> Response:
    """Metrics in Prometheus' text format; of all workers on the port that they share."""
    text = generate_latest(runtime.metrics.registry)
    settings = runtime.settings
    if settings.ingest_worker_port and request.scope["server"][1] == settings.ingest_port:
        text = worker_metrics.added_up([text, *worker_metrics.of_others(settings)])
    return Response(text, media_type=CONTENT_TYPE_LATEST)
