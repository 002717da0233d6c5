"""What clients of other products fetch before they send: nothing is turned on."""

import json
from typing import Any

import pytest

from ingest.capture.routes import ROUTES
from tests.ingest.services import Ingest, event

ORIGIN = {"Origin": "https://shop.example.com"}
PATHS = (
    "/v1/projects/wk_1/settings",
    "/sourceConfig",
    "/sourceConfig/",
    "/array/wk_1/config",
    "/array/wk_1/config.js",
    "/flags/definitions",
    "/api/feature_flag/local_evaluation/",
    "/api/surveys/",
    "/api/early_access_features/",
    "/api/web_experiments/",
    "/api/product_tours/",
)


@pytest.mark.parametrize("path", PATHS)
def test_any_origin_may_read_them(ingest: Ingest, path: str) -> None:
    preflight = ingest.http.options(
        ingest.url + path, headers={**ORIGIN, "Access-Control-Request-Headers": "authorization"}
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] == "authorization"
    answer = ingest.http.get(ingest.url + path, headers=ORIGIN)
    assert answer.status_code == 200
    for answered in (preflight, answer):
        assert answered.headers["access-control-allow-origin"] == ORIGIN["Origin"]
        assert answered.headers["access-control-allow-credentials"] == "true"


def test_segment_s_settings_name_this_host(ingest: Ingest) -> None:
    settings = ingest.http.get(ingest.url + "/v1/projects/wk_1/settings").json()
    segment = settings["integrations"]["Segment.io"]
    assert list(settings["integrations"]) == ["Segment.io"]
    assert segment["apiKey"] == "wk_1"
    assert f"{segment['protocol']}://{segment['apiHost']}" == ingest.url + "/v1"
    assert settings["metrics"] == {"sampleRate": 0}


def test_rudderstack_s_source_is_enabled_and_has_no_destination(ingest: Ingest) -> None:
    by_query = ingest.http.get(ingest.url + "/sourceConfig/", params={"writeKey": "wk_1"}).json()
    by_header = ingest.http.get(ingest.url + "/sourceConfig", auth=("wk_1", "")).json()
    assert by_query == by_header
    source = by_query["source"]
    assert (source["writeKey"], source["enabled"], source["destinations"]) == ("wk_1", True, [])


def test_posthog_s_configuration_turns_nothing_on(ingest: Ingest) -> None:
    config = ingest.http.get(ingest.url + "/array/wk_1/config").json()
    assert (config["token"], config["supportedCompression"][:2]) == ("wk_1", ["gzip", "gzip-js"])
    on = {name for name, value in config.items() if value is True}
    assert on == {"elementsChainAsString", "defaultIdentifiedOnly"}
    script = ingest.http.get(ingest.url + "/array/wk_1/config.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert '_POSTHOG_REMOTE_CONFIG["wk_1"]={config:{"token": "wk_1"' in script.text


def test_a_key_in_a_path_cannot_leave_its_string(ingest: Ingest) -> None:
    script = ingest.http.get(ingest.url + '/array/"];alert(1);["/config.js').text
    assert '_POSTHOG_REMOTE_CONFIG["\\"];alert(1);[\\""]' in script


@pytest.mark.parametrize("path", ["/flags/definitions", "/api/feature_flag/local_evaluation"])
def test_servers_have_no_flag_to_evaluate(ingest: Ingest, path: str) -> None:
    parameters = {"token": "wk_1", "send_cohorts": ""}
    headers = {"Authorization": "Bearer phx_personal"}
    answer = ingest.http.get(ingest.url + path, params=parameters, headers=headers)
    assert answer.json() == {"flags": [], "group_type_mapping": {}, "cohorts": {}}


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/api/surveys/", "surveys"),
        ("/api/early_access_features/", "earlyAccessFeatures"),
        ("/api/web_experiments/", "experiments"),
        ("/api/product_tours/", "product_tours"),
    ],
)
def test_posthog_s_library_finds_nothing_to_show(ingest: Ingest, path: str, member: str) -> None:
    answer = ingest.http.get(ingest.url + path, params={"token": "wk_1"}, headers=ORIGIN)
    assert answer.json()[member] == []


@pytest.mark.parametrize("path", ["//v1/projects/wk_1/settings", "/v1/projects/wk_1/settings/"])
def test_a_slash_too_many_is_no_redirect(ingest: Ingest, path: str) -> None:
    answer = ingest.http.get(ingest.url + path)
    assert (answer.status_code, list(answer.json()["integrations"])) == (200, ["Segment.io"])


@pytest.mark.parametrize("path", ["/health", "/v1/projects/wk_1/settings"])
def test_head_is_answered_as_get_without_a_body(ingest: Ingest, path: str) -> None:
    by_get, by_head = ingest.http.get(ingest.url + path), ingest.http.head(ingest.url + path)
    assert (by_head.status_code, by_head.content) == (by_get.status_code, b"")
    assert by_head.headers["content-type"] == by_get.headers["content-type"]


@pytest.mark.parametrize("path", ["/flags", "/flags/?v=2", "/decide", "/decide/?v=3"])
def test_no_flag_is_on(ingest: Ingest, path: str) -> None:
    body = json.dumps({"token": "wk_1", "distinct_id": "u1"})
    answer = ingest.http.post(ingest.url + path, content=body, headers=ORIGIN)
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    flags: dict[str, Any] = answer.json()
    assert (flags["flags"], flags["featureFlags"], flags["featureFlagPayloads"]) == ({}, {}, {})
    assert flags["errorsWhileComputingFlags"] is False


def test_posthog_s_answer_counts_as_ours(ingest: Ingest) -> None:
    good = {"event": "e", "distinct_id": "u1"}
    answer = ingest.post("/batch/", json={"batch": [good, {"event": "e"}]})
    assert (answer.status_code, answer.json()["status"], answer.json()["accepted"]) == (200, 1, 1)
    (rejected,) = answer.json()["rejected"]
    assert (rejected["index"], rejected["code"]) == (1, "missing_identity")
    ingest.wait_for_rows(1)


@pytest.mark.parametrize("parameter", ["api_key", "token"])
def test_posthog_s_key_and_time_of_sending_may_be_in_the_query(
    ingest: Ingest, parameter: str
) -> None:
    moment = "2026-01-01T00:00:00.000Z"
    answer = ingest.http.post(
        ingest.url + "/e/",
        params={parameter: ingest.write_key, "_": "1767225610000", "ver": "1.0"},
        json={"event": "e", "distinct_id": "u1", "timestamp": moment},
    )
    assert answer.json()["accepted"] == 1
    (row,) = ingest.wait_for_rows(1)
    assert row["timestamp_rule"] == "clock_corrected"
    assert row["sent_at"].isoformat() == "2026-01-01T00:00:10"
    assert (row["received_at"] - row["timestamp"]).total_seconds() == 10


def test_the_openapi_document_has_every_route(ingest: Ingest) -> None:
    paths = ingest.http.get(ingest.url + "/openapi.json").json()["paths"]
    assert ROUTES.keys() <= paths.keys()
    assert {"/flags", "/decide", "/sourceConfig", "/array/{write_key}/config"} <= paths.keys()


def test_metrics_name_routes_and_never_keys(ingest: Ingest) -> None:
    ingest.http.get(ingest.url + "/array/wk_in_path/config")
    ingest.post("/v1/events", json=event())
    assert "wk_in_path" not in ingest.http.get(ingest.url + "/metrics").text
