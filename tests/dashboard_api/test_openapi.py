"""The OpenAPI document: complete, and the one from which the web app's types were made."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from dashboard_api.openapi_document import render
from dashboard_api.schema import METHODS

COMMITTED = Path(__file__).parents[2] / "dashboard_web" / "openapi.json"


def test_the_committed_document_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == render(), (
        "run: python -m dashboard_api.openapi_document dashboard_web/openapi.json, "
        "then npm run types in dashboard_web"
    )


@pytest.fixture
def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_operation_ids_are_unique(operations: dict[str, dict[str, Any]]) -> None:
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids)


def test_every_operation_is_described(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        assert operation["description"], name
        assert operation["tags"], name


def test_every_error_is_a_problem_document(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if int(status) >= 400 and (name, status) != ("get /health", "503"):
                assert list(response["content"]) == ["application/problem+json"], (name, status)


def test_every_reference_resolves(app: FastAPI) -> None:
    document = app.openapi()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert set(references(document)) <= known
    assert "HTTPValidationError" not in document["components"]["schemas"]


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    return []
