"""A process for tests: answers GET with 200 and can misbehave in the ways that services do."""

import argparse
import http.server
import signal
import subprocess
import sys
import time
from pathlib import Path


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        healthy = not (self.server.directory / "sick").exists()  # type: ignore[attr-defined]
        self.send_response(200 if healthy else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the log to what the tests look for."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("name")
    parser.add_argument("port", type=int)
    parser.add_argument("--ignore-sigterm", action="store_true")
    parser.add_argument("--with-grandchild", action="store_true")
    parser.add_argument("--fail", metavar="MESSAGE")
    parser.add_argument("--write-lines", type=int, default=0)
    options = parser.parse_args()

    record(options.directory, f"start {options.name}")
    if options.fail:
        sys.exit(options.fail)
    for number in range(options.write_lines):
        print(f"line {number:06d} " + "x" * 80, flush=True)
    if options.with_grandchild:
        grandchild = subprocess.Popen(("sleep", "600"))
        (options.directory / f"{options.name}.grandchild").write_text(str(grandchild.pid))
    signal.signal(signal.SIGTERM, lambda *_: on_sigterm(options))
    server = http.server.HTTPServer(("127.0.0.1", options.port), Answer)
    server.directory = options.directory  # type: ignore[attr-defined]
    server.serve_forever()


def on_sigterm(options: argparse.Namespace) -> None:
    if options.ignore_sigterm:
        return
    record(options.directory, f"stop {options.name}")
    sys.exit(0)


def record(directory: Path, event: str) -> None:
    with (directory / "events.txt").open("a") as events:
        events.write(f"{event} {time.time()}\n")


if __name__ == "__main__":
    main()
