"""Libraries that snippets in pages load from the host they send to.

They are other people's work and no part of this platform: CLIENT_LIBRARIES names a `node_modules`
into which the operator has installed them.
"""

import re
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from fastapi.responses import FileResponse

from ingest.routes.any_origin import allow_any_origin, answer_preflights
from ingest.routes.client_settings import SCRIPT

Part = Annotated[str, Path(max_length=512)]

POSTHOG = "posthog-js"
SEGMENT = "@segment/analytics-next"
_BUILDS = {POSTHOG: "dist", SEGMENT: "dist/umd"}
_NAME = re.compile(r"[\w.-]{1,200}\.js")
_CACHE = "public, max-age=3600"  # seconds: an hour after an update all pages have it

router = APIRouter(tags=["client libraries"], dependencies=[Depends(allow_any_origin)])


@router.get("/array/{write_key}/array.js", response_class=FileResponse)
def get_posthog(request: Request, response: Response) -> FileResponse:
    """What PostHog's newer snippet loads."""
    return _script(POSTHOG, "array.js", request, response)


@router.get("/static/{script}", response_class=FileResponse)
@router.get("/static/{version}/{script}", response_class=FileResponse)
def get_posthog_script(script: Part, request: Request, response: Response) -> FileResponse:
    """What PostHog's snippet loads, `array.js`, and what that loads in turn.

    Newer versions name theirs; there is only the installed one.
    """
    return _script(POSTHOG, script, request, response)


@router.get("/analytics.js/v1/{write_key}/analytics.min.js", response_class=FileResponse)
def get_segment(request: Request, response: Response) -> FileResponse:
    """What Segment's snippet loads."""
    return _script(SEGMENT, "standalone.js", request, response)


@router.get("/analytics-next/bundles/{script}", response_class=FileResponse)
def get_segment_script(script: Part, request: Request, response: Response) -> FileResponse:
    """What that loads in turn."""
    return _script(SEGMENT, script, request, response)


answer_preflights(router)


def _script(package: str, name: str, request: Request, response: Response) -> FileResponse:
    """Raises HTTPException 404, which says what to do."""
    modules: FilePath | None = request.app.state.runtime.settings.client_libraries
    if modules is None:
        advice = f"install {package} with npm, and name its node_modules in CLIENT_LIBRARIES."
        raise HTTPException(404, f"This platform does not ship the library: {advice}")
    path = modules / package / _BUILDS[package] / name
    if not (_NAME.fullmatch(name) and path.is_file()):
        raise HTTPException(404, f"CLIENT_LIBRARIES has no {package}/{_BUILDS[package]}/{name}.")
    headers = {**response.headers, "cache-control": _CACHE}
    return FileResponse(path, media_type=SCRIPT, headers=headers)
