"""API keys of a project: for apps that send events and clients that read numbers."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from control_plane.keys import KeyKind
from control_plane.models import ApiKey
from control_plane.repositories import api_keys
from dashboard_api.deps import AppResources
from dashboard_api.problems import responses
from dashboard_api.security.access import PathAdmin

router = APIRouter(prefix="/api/v1/projects/{project_id}/keys", tags=["keys"])


class Key(BaseModel):
    """A key as lists show it; the secret itself is stored nowhere."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: KeyKind
    name: str
    prefix: str = Field(description="The first characters of the key", examples=["wk_9fQ2xTbA"])
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class CreatedKey(Key):
    key: str = Field(description="The whole key. Shown now and never again.")


class KeyList(BaseModel):
    keys: list[Key]


class CreateKeyRequest(BaseModel):
    kind: Literal["write", "read"] = Field(
        description="`write` only sends events and may be public; `read` only reads numbers"
    )
    name: str = Field(default="", max_length=200, examples=["Web site"])


@router.get("", operation_id="listKeys", responses=responses(401, 403, 404))
async def list_keys(access: PathAdmin, resources: AppResources) -> KeyList:
    """Every key of the project, oldest first, revoked ones included."""
    found = await resources.database.run(api_keys.of_project, access.project.id)
    return KeyList(keys=[Key.model_validate(key) for key in found])


@router.post("", operation_id="createKey", status_code=201, responses=responses(401, 403, 404))
async def create_key(
    body: CreateKeyRequest, access: PathAdmin, resources: AppResources
) -> CreatedKey:
    """Make a key. Its secret is in this answer only."""
    created = await resources.database.run(
        api_keys.create_for_project, access.project.id, KeyKind(body.kind), name=body.name
    )
    return shown_once(created.key, created.plaintext)


def shown_once(key: ApiKey, plaintext: str) -> CreatedKey:
    return CreatedKey(**Key.model_validate(key).model_dump(), key=plaintext)
