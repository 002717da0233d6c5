"""The documentation of the warehouse that dbt generates, on one page."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse

from dashboard_api.deps import AppSettings
from dashboard_api.problems import ProblemError
from dashboard_api.security.access import CurrentUser

router = APIRouter(include_in_schema=False)

# dbt's page is one file with inline scripts. In a sandbox it has no origin: whatever a description
# or a model of the dbt project holds, it reaches neither cookies nor the API.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "sandbox allow-scripts allow-popups",
        "default-src 'none'",
        "script-src 'unsafe-inline' 'unsafe-eval'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "font-src data:",
        "frame-ancestors 'none'",
    )
)


ADDRESS = "/docs/warehouse"
# Where the session cookie, whose path is /api, tells who asks.
PAGE = "/api/v1/docs/warehouse"


@router.get(ADDRESS)
async def documentation_address() -> RedirectResponse:
    """A browser keeps the part after #, so links to a model work."""
    return RedirectResponse(PAGE)


@router.get(PAGE)
async def warehouse_documentation(user: CurrentUser, settings: AppSettings) -> FileResponse:  # noqa: ARG001 - signed in
    page: Path = settings.warehouse_docs_page
    if not page.is_file():
        raise ProblemError(
            404,
            "not-documented-yet",
            "The documentation is made with the next build: run `analytics build`.",
        )
    return FileResponse(
        page,
        media_type="text/html; charset=utf-8",
        headers={"content-security-policy": CONTENT_SECURITY_POLICY},
    )
