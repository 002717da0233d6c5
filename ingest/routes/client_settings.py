"""What clients of other products fetch before they send: settings with everything else turned off.

Public and the same for every key, since nothing in them is secret: whether a key is good is said
when events are sent.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from ingest.capture.request import Request as ClientRequest
from ingest.routes.any_origin import allow_any_origin, answer_preflights

Document = dict[str, Any]
Key = Annotated[str, Path(max_length=512)]

SCRIPT = "text/javascript"

router = APIRouter(tags=["client settings"], dependencies=[Depends(allow_any_origin)])


@router.get("/v1/projects/{write_key}/settings")
def get_segment_settings(write_key: Key, request: Request) -> Document:
    """Makes analytics.js and the mobile libraries of Segment send to this host."""
    segment_io = {
        "apiKey": write_key,
        "apiHost": f"{request.url.netloc}/v1",
        "protocol": request.url.scheme,
        "unbundledIntegrations": [],
        "addBundledMetadata": False,
        "maybeBundledConfigIds": {},
        "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
    }
    return {
        "integrations": {"Segment.io": segment_io},
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


@router.get("/sourceConfig")
def get_rudderstack_source(request: Request) -> Document:
    """Tells RudderStack's libraries that the source is enabled and has no destination."""
    write_key = ClientRequest(request.scope).write_key() or ""
    unmeasured = {"enabled": False}
    return {
        "source": {
            "id": "events",
            "name": "Events",
            "writeKey": write_key,
            "enabled": True,
            "workspaceId": "events",
            "config": {"statsCollection": {"errors": unmeasured, "metrics": unmeasured}},
            "destinations": [],
            "connections": [],
            "updatedAt": "2026-01-01T00:00:00.000Z",
        },
        "updatedAt": "2026-01-01T00:00:00.000Z",
    }


@router.get("/array/{write_key}/config")
def get_posthog_config(write_key: Key) -> Document:
    """What posthog-js starts with; autocapture is as its own configuration says."""
    return {"token": write_key, **_posthog_features()}


@router.get("/array/{write_key}/config.js", response_class=Response)
def get_posthog_config_script(write_key: Key, response: Response) -> Response:
    """The same for posthog-js loaded by a script tag."""
    key, config = json.dumps(write_key), json.dumps({"token": write_key, **_posthog_features()})
    script = (
        "(function(w){w._POSTHOG_REMOTE_CONFIG=w._POSTHOG_REMOTE_CONFIG||{};"
        f"w._POSTHOG_REMOTE_CONFIG[{key}]={{config:{config},siteApps:[]}};}})(window);"
    )
    return Response(script, media_type=SCRIPT, headers=dict(response.headers))


@router.post("/flags")
@router.post("/decide")
def post_posthog_flags() -> Document:
    """No feature flag is on. The body is not read."""
    return {
        **_posthog_features(),
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": False,
    }


@router.get("/flags/definitions")
@router.get("/api/feature_flag/local_evaluation")
def get_posthog_flag_definitions() -> Document:
    """No flag for servers to evaluate by themselves. The personal key is not looked at."""
    return {"flags": [], "group_type_mapping": {}, "cohorts": {}}


@router.get("/api/surveys")
def get_posthog_surveys() -> Document:
    return {"surveys": [], "survey_config": None}


@router.get("/api/early_access_features")
def get_posthog_early_access_features() -> Document:
    return {"earlyAccessFeatures": []}


@router.get("/api/web_experiments")
def get_posthog_web_experiments() -> Document:
    return {"experiments": []}


@router.get("/api/product_tours")
def get_posthog_product_tours() -> Document:
    return {"product_tours": []}


answer_preflights(router)


def _posthog_features() -> Document:
    """Without `surveys`: even if it is false, posthog-js fetches its script for them."""
    return {
        "supportedCompression": ["gzip", "gzip-js", "base64"],
        "analytics": {"endpoint": "/i/v0/e/"},
        "hasFeatureFlags": False,
        "autocapture_opt_out": False,
        "autocaptureExceptions": False,
        "capturePerformance": False,
        "captureDeadClicks": False,
        "elementsChainAsString": True,
        "heatmaps": False,
        "sessionRecording": False,
        "productTours": False,
        "conversations": False,
        "errorTracking": {"autocaptureExceptions": False, "suppressionRules": []},
        "logs": {"captureConsoleLogs": False},
        "defaultIdentifiedOnly": True,
        "isAuthenticated": False,
        "toolbarParams": {},
        "siteApps": [],
    }
