"""`/ready` and `/metrics` of the loader, on LOADER_PORT."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ingest.loader.metrics import LoaderMetrics

STALLED_SECONDS = 30.0  # an insert takes up to some seconds; the loop turns otherwise every 20 ms


def serve(metrics: LoaderMetrics, host: str, port: int) -> ThreadingHTTPServer:
    """Answer in a background thread until the process ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/ready" | "/health":
                    status, body = _readiness(metrics)
                    self._answer(status, "application/json", json.dumps(body).encode())
                case "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, generate_latest(metrics.registry))
                case _:
                    self._answer(404, "text/plain", b"/ready and /metrics are here\n")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Probes come every second: not worth a line."""

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    return server


def _readiness(metrics: LoaderMetrics) -> tuple[int, dict[str, object]]:
    """503 while ClickHouse refuses inserts, the checkpoint has no room, or the loop stands."""
    idle = time.monotonic() - metrics.polled_at
    reason = metrics.last_error or metrics.checkpoint_error
    is_ready = not reason and idle < STALLED_SECONDS
    return 200 if is_ready else 503, {
        "status": "ready" if is_ready else "waiting",
        "reason": reason[:500],
        "pending_rows": metrics.pending_rows(),
        "lag_seconds": round(metrics.lag_seconds(), 3),
    }
