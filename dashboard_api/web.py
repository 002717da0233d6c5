"""Serves the built web app and the API's documentation from the same origin."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

# External scripts only: the content security policy refuses inline ones.
DOCUMENTATION = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Analytics API</title>
<link rel="icon" type="image/svg+xml" href="/icon.svg">
<link rel="stylesheet" href="/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>The schema is at <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
<script src="/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/api-docs.js"></script>
</body>
</html>
"""

NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Analytics</title></head>
<body>
<h1>The web bundle is not built</h1>
<p>Run <code>make web</code> and start again. The API is up: its schema is at
<a href="/api/openapi.json">/api/openapi.json</a>.</p>
</body>
</html>
"""


def serve(app: FastAPI, dist: Path) -> None:
    @app.get("/api/docs", include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return HTMLResponse(DOCUMENTATION)

    if (dist / "index.html").is_file():
        app.frontend("/", directory=dist, fallback="index.html")
        # More specific than "/", without a fallback: an unknown API address is a 404
        # problem, even for a browser.
        app.frontend("/api", directory=dist / "swagger-ui", fallback=None)
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> HTMLResponse:
        return HTMLResponse(NOT_BUILT, status_code=503)
