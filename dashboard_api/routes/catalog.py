"""What a semantic query may name."""

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from control_plane.roles import Role
from dashboard_api.deps import AppResources
from dashboard_api.etags import conditional
from dashboard_api.problems import responses
from dashboard_api.security.access import InProject
from semantic_layer.catalogue import Catalogue

router = APIRouter(prefix="/api/v1", tags=["query"])


class CatalogMetric(BaseModel):
    name: str = Field(examples=["sessions"])
    label: str
    description: str
    type: str
    unit: str | None = Field(description="count, ratio, seconds or currency")
    format: str | None
    synonyms: list[str]
    dimensions: list[str] = Field(description="By which it can be broken down and filtered")


class CatalogDimension(BaseModel):
    name: str = Field(examples=["country"])
    label: str
    description: str
    type: str
    synonyms: list[str]


class Catalog(BaseModel):
    """`version` changes when the dbt models do."""

    version: str
    metrics: list[CatalogMetric]
    dimensions: list[CatalogDimension]


def catalog_of(catalogue: Catalogue) -> Catalog:
    metrics = [
        CatalogMetric(
            name=metric.name,
            label=metric.label,
            description=metric.description,
            type=metric.type,
            unit=metric.unit,
            format=metric.format,
            synonyms=list(metric.synonyms),
            dimensions=sorted(metric.dimensions),
        )
        for metric in catalogue.metrics.values()
    ]
    dimensions = [
        CatalogDimension(
            name=dimension.name,
            label=dimension.label,
            description=dimension.description,
            type=dimension.type,
            synonyms=list(dimension.synonyms),
        )
        for dimension in catalogue.dimensions.values()
    ]
    return Catalog(version=catalogue.manifest_hash, metrics=metrics, dimensions=dimensions)


@router.get(
    "/catalog",
    operation_id="getCatalog",
    response_model=Catalog,
    dependencies=[Depends(InProject(Role.VIEWER))],
    responses={304: {"description": "Not modified"}, **responses(401, 403, 404, 422, 503)},
)
async def get_catalog(request: Request, resources: AppResources) -> Response:
    """Every metric and dimension, from the dbt manifest. Sends an ETag."""
    return conditional(request, catalog_of(resources.layer.catalogue))
