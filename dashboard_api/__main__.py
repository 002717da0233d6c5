"""`python -m dashboard_api`: serves the API and the web app on DASHBOARD_PORT."""

import uvicorn

from dashboard_api.application import create_app
from dashboard_api.settings import Settings

# Clients of the live feed have nothing to say; 4 KiB bound what they can make us hold.
LARGEST_SOCKET_MESSAGE = 4096
GRACEFUL_SHUTDOWN_SECONDS = 5


def main() -> None:
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.dashboard_host,
        port=settings.dashboard_port,
        forwarded_allow_ips=settings.proxies or "127.0.0.1",
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        ws_max_size=LARGEST_SOCKET_MESSAGE,
        server_header=False,
        access_log=False,
    )


if __name__ == "__main__":
    main()
