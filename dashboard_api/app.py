"""`uvicorn dashboard_api.app:app`."""

from dashboard_api.application import create_app
from dashboard_api.settings import Settings

app = create_app(Settings())
