"""Every error is a problem document that says what to do, and none shows our insides."""

import httpx
import pytest
from fastapi import FastAPI

from control_plane.roles import Role
from dashboard_api.problems import field_path, json_position
from tests.dashboard_api.conftest import Team


def check_problem(answer: httpx.Response, status: int, slug: str) -> dict[str, object]:
    problem: dict[str, object] = answer.json()
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == slug
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert isinstance(problem["errors"], list)
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_an_unknown_api_address_is_404_even_for_a_browser(
    client: httpx.AsyncClient, accept: str
) -> None:
    answer = await client.get("/api/v1/nothing", headers={"accept": accept})
    check_problem(answer, 404, "not-found")


async def test_a_wrong_method_is_405_and_names_the_right_one(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/v1/auth/login")

    check_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


async def test_malformed_json_is_400_with_its_position(client: httpx.AsyncClient) -> None:
    body = '{"email": "a@b.c",\n "password": oops}'
    answer = await client.post(
        "/api/v1/auth/login", content=body, headers={"content-type": "application/json"}
    )

    problem = check_problem(answer, 400, "malformed-json")
    (error,) = answer.json()["errors"]
    assert (error["line"], error["column"], error["offset"]) == (2, 14, 32)
    assert "line 2 column 14" in str(problem["detail"])


async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/auth/login", content=b"\xff\xfe", headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_missing_and_wrong_fields_are_each_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", json={"password": 7})

    check_problem(answer, 422, "validation-failed")
    assert {error["field"] for error in answer.json()["errors"]} == {"email", "password"}


async def test_the_password_is_not_echoed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", json={"email": 1, "password": "hunter2" * 99})

    check_problem(answer, 422, "validation-failed")
    assert "hunter2" not in answer.text


async def test_an_oversize_body_is_413(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", json={"email": "x" * 1_100_000})
    check_problem(answer, 413, "payload-too-large")


async def test_an_unexpected_error_shows_no_trace(app: FastAPI, client: httpx.AsyncClient) -> None:
    async def broken() -> None:
        raise RuntimeError("internal detail")

    app.router.add_api_route("/api/v1/broken", broken)

    answer = await client.get("/api/v1/broken")

    check_problem(answer, 500, "internal-error")
    assert "internal detail" not in answer.text
    assert "Traceback" not in answer.text


async def test_a_query_kind_that_does_not_exist_names_those_that_do(
    client: httpx.AsyncClient, team: Team
) -> None:
    answer = await client.post(
        "/api/v1/query",
        json={"kind": "metricks"},
        headers=team.members[Role.VIEWER].headers,
    )

    problem = check_problem(answer, 422, "validation-failed")
    assert "'metrics'" in str(problem["detail"])


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body", "metrics", 0), "metrics[0]"),
        (("body",), ""),
        (("query", "from"), "from"),
        (("body", "where", 1, "value"), "where[1].value"),
    ],
)
def test_field_paths(location: tuple[str | int, ...], path: str) -> None:
    assert field_path(location) == path


@pytest.mark.parametrize(
    ("body", "offset", "position"),
    [(b"{", 1, (1, 2)), (b"a\nb\ncd", 5, (3, 2)), ("", 0, (1, 1))],
)
def test_json_positions(body: bytes | str, offset: int, position: tuple[int, int]) -> None:
    assert json_position(body, offset) == position
