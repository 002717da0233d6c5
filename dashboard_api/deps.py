"""Dependencies that routes share, as annotated aliases."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from dashboard_api.resources import Resources
from dashboard_api.settings import Settings


async def get_resources(connection: HTTPConnection) -> Resources:
    resources = connection.app.state.resources
    assert isinstance(resources, Resources)
    return resources


AppResources = Annotated[Resources, Depends(get_resources)]


async def get_settings(resources: AppResources) -> Settings:
    return resources.settings


AppSettings = Annotated[Settings, Depends(get_settings)]


async def client_address(connection: HTTPConnection) -> str:
    """The peer; uvicorn has already put a trusted proxy's X-Forwarded-For in its place."""
    return connection.client.host if connection.client else "unknown"


ClientAddress = Annotated[str, Depends(client_address)]
