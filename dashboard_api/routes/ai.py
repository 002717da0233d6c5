"""The question box."""

import time

from fastapi import APIRouter
from prometheus_client import Histogram

from ai_sql.models import AskAnswer, AskRequest
from ai_sql.service import answer
from control_plane.roles import Role
from dashboard_api.deps import AppResources
from dashboard_api.problems import FieldError, ProblemError, responses
from dashboard_api.project_context import context_of, role_of
from dashboard_api.security.access import AsViewer

router = APIRouter(prefix="/api/v1/ai", tags=["ai"])

AI_SECONDS = Histogram(
    "ai_query_duration_seconds",
    "Time to answer a question, by whether an answer came back",
    ["success"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)


def refuse_frozen_clock(body: AskRequest, role: Role) -> None:
    if body.now is not None and role is not Role.OWNER:
        wrong = FieldError(field="now", reason="only an owner may set it", code="forbidden")
        raise ProblemError(403, "forbidden", "Only an owner may freeze the clock.", errors=[wrong])


@router.post("/query", operation_id="ask", responses=responses(400, 401, 403, 404, 422, 429, 503))
async def ask(body: AskRequest, access: AsViewer, resources: AppResources) -> AskAnswer:
    """Answer a question in plain English from the documented metrics, ask back, or refuse and
    say what can be asked."""
    refuse_frozen_clock(body, access.role)
    started, success = time.perf_counter(), False
    try:
        answered = await answer(
            body, context_of(access.project, body.now), resources.layer, role_of(access)
        )
        success = answered.result is not None
    finally:
        AI_SECONDS.labels(str(success).lower()).observe(time.perf_counter() - started)
    return answered
