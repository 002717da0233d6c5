"""What the data checks of the builds have found."""

from datetime import UTC, date, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from dashboard_api import data_checks
from dashboard_api.data_checks import DataCheck, LastBuild
from dashboard_api.deps import AppResources
from dashboard_api.etags import conditional
from dashboard_api.periods import today_in
from dashboard_api.problems import responses
from dashboard_api.security.access import AsViewer

router = APIRouter(prefix="/api/v1", tags=["data quality"])


class DataQuality(BaseModel):
    project_id: str
    timezone: str
    days: list[date] = Field(description="Of the histories, in the project's zone, up to today")
    last_build: LastBuild | None = Field(
        description="null if no build has checked anything in these days"
    )
    checks: list[DataCheck] = Field(description="By table and name")


@router.get(
    "/quality",
    operation_id="getDataQuality",
    response_model=DataQuality,
    responses={304: {"description": "Not modified"}, **responses(401, 403, 404, 422, 503, 504)},
)
async def get_data_quality(request: Request, access: AsViewer, resources: AppResources) -> Response:
    """The latest outcome of every data check (expectations, reconciliations, dbt tests), and how
    it went on each of the last days. A check that tells projects apart shows what it found in
    this one; the others are about all projects and are shown to each. Sends an ETag."""
    project = access.project
    today = today_in(project.timezone, datetime.now(UTC))
    checks = await data_checks.latest(resources.warehouse, project.id, project.timezone, today)
    content = DataQuality(
        project_id=project.id,
        timezone=project.timezone,
        days=data_checks.last_days(today),
        last_build=data_checks.last_build(checks),
        checks=checks,
    )
    return conditional(request, content)
