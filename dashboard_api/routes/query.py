"""Semantic queries."""

from typing import Annotated

from fastapi import APIRouter, Body

from dashboard_api.deps import AppResources
from dashboard_api.problems import responses
from dashboard_api.project_context import context_of, role_of
from dashboard_api.security.access import AsViewer
from semantic_layer.queries import SemanticQuery
from semantic_layer.results import QueryResult

router = APIRouter(prefix="/api/v1", tags=["query"])

EXAMPLES = {
    "trend": {
        "summary": "Events by day over the last 30 days",
        "value": {
            "kind": "metrics",
            "metrics": ["events"],
            "time": {"last": {"n": 30, "unit": "day"}, "grain": "day"},
        },
    },
    "top": {
        "summary": "The ten countries with the most sessions",
        "value": {
            "kind": "metrics",
            "metrics": ["sessions"],
            "group_by": ["country"],
            "time": {"from": "2026-01-01", "to": "2026-02-01"},
            "order_by": [{"field": "sessions", "descending": True}],
            "limit": 10,
        },
    },
}


@router.post(
    "/query", operation_id="runQuery", responses=responses(400, 401, 403, 404, 422, 503, 504)
)
async def run_query(
    query: Annotated[SemanticQuery, Body(openapi_examples=EXAMPLES)],
    access: AsViewer,
    resources: AppResources,
) -> QueryResult:
    """Answer a semantic query. The SQL that ran is part of the answer."""
    return await resources.layer.run(query, context_of(access.project), role_of(access))
