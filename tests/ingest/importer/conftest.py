import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.sample_data import sample_file

Answer = tuple[int, dict[str, str], Any]


@dataclass
class RecordingApi:
    """Answers POST /v1/events as the ingest API does, or as `script` says for the next request.

    `rows` holds what a warehouse would: the first event of each id.
    """

    url: str = ""
    key: str = "wk_test"
    requests: list[list[dict[str, Any]]] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: list[Answer] = field(default_factory=list)
    refuse: Callable[[dict[str, Any]], str | None] = lambda event: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, authorization: str, body: bytes) -> Answer:
        with self.lock:
            if self.script:
                return self.script.pop(0)
            if authorization != f"Bearer {self.key}":
                return 401, {}, {"title": "Unauthorized", "detail": "unknown write key"}
            events = json.loads(body)["events"]
            self.requests.append(events)
            return 200, {}, self.take(events)

    def take(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        rejected = []
        for index, event in enumerate(events):
            reason = self.refuse(event)
            if reason:
                rejected.append(
                    {"index": index, "field": "event", "code": "no_good", "reason": reason}
                )
            else:
                self.rows.setdefault(event["event_id"], event)
        return {"accepted": len(events) - len(rejected), "rejected": rejected}


@pytest.fixture
def api() -> Iterator[RecordingApi]:
    recording = RecordingApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.reply(200, {}, {"status": "healthy"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(*recording.answer(self.headers.get("Authorization", ""), body))

        def reply(self, status: int, headers: dict[str, str], content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recording.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield recording
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def web_access_log() -> Path:
    return sample_file("web_access_2015.log.gz")


@pytest.fixture
def online_retail() -> Path:
    return sample_file("online_retail_2010_2011.csv.gz")
