"""`python -m dashboard_api.openapi_document FILE`: writes the OpenAPI document, from which the
web app's types are generated."""

import json
import sys
from pathlib import Path

from pydantic import SecretStr

from dashboard_api.application import create_app
from dashboard_api.settings import Settings


def render() -> str:
    """The same for every installation: no setting shows in it, and no engine has to run."""
    app = create_app(
        Settings(
            database_url="postgresql+psycopg://unused",
            redis_url="redis://unused",
            clickhouse_reader_url="http://unused",
            jwt_secret=SecretStr("unused"),
            refresh_token_secret=SecretStr("unused"),
        )
    )
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
