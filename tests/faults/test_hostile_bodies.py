"""Bodies that are too large, that lie about their size or unpack without end: refused, cheaply."""

import gzip
import time
import zlib
from collections.abc import Callable

import psutil
import pytest

from tests.faults import raw_http
from tests.faults.raw_http import head, send
from tests.faults.scale import only_in_full, scaled
from tests.ingest.services import Ingest, event

MIB = 1 << 20
MOST_GROWTH = 40 * MIB  # of the API's memory, while it refuses one after the other

pytestmark = pytest.mark.timeout(300)


def test_large_bodies_and_bombs_are_refused_in_bounded_memory(
    ingest: Ingest, count: Callable[..., None]
) -> None:
    for _ in range(20):  # what memory any request takes
        assert ingest.send(event()).status_code == 200
    before = rss(ingest)
    bomb = zeros(1 << 30)
    assert len(bomb) < 1.1 * MIB
    small_bomb = zeros(400 * MIB)  # small enough to be let in, before it is unpacked
    assert len(small_bomb) < 500_000
    for _ in range(scaled(1, 30)):
        assert ingest.post("/v1/events", content=b" " * (10 * MIB)).status_code == 413
        assert ingest.post("/v1/events", content=bomb).status_code == 413
        assert ingest.post("/v1/events", content=small_bomb).status_code == 413
        assert ingest.post("/v1/events", content=gzip.compress(small_bomb)).status_code == 400
    growth = peak(ingest) - before
    count(rss_growth_mib=growth // MIB)
    assert growth < MOST_GROWTH
    assert ingest.send(event()).status_code == 200


@only_in_full
def test_a_gzip_in_a_gzip_is_not_unpacked_twice(ingest: Ingest) -> None:
    answer = ingest.post("/v1/events", content=gzip.compress(gzip.compress(b"{}")))
    assert (answer.status_code, answer.json()["type"]) == (400, "malformed-json")


@only_in_full
def test_false_lengths_are_refused(stopped: Ingest) -> None:
    ingest = stopped
    ingest.api.start(BODY_DEADLINE_SECONDS="1")
    body = b'{"event":"e","user_id":"u"}'
    assert send(ingest, head(ingest, f"Content-Length: {len(body)}") + body).status == 200
    for length in ("-1", "ten", "1e3", "0x10", "18446744073709551616", ""):
        assert send(ingest, head(ingest, f"Content-Length: {length}") + body).status == 400, length
    # Too small: what follows is taken for another request, which it is not.
    small = send(ingest, head(ingest, "Content-Length: 10") + body)
    assert small.status == 400
    # Too large: the rest is waited for until the deadline.
    started = time.monotonic()
    large = send(ingest, head(ingest, "Content-Length: 1000") + body)
    assert large.status == 408
    assert 0.9 < time.monotonic() - started < 10
    # Beyond the limit: refused at once.
    huge = send(ingest, head(ingest, "Content-Length: 10000000000"))
    assert huge.status == 413
    both = head(ingest, f"Content-Length: {len(body)}", "Transfer-Encoding: chunked")
    assert send(ingest, both + body).status == 400

    chunked = head(ingest, "Transfer-Encoding: chunked")
    assert send(ingest, chunked + b"1b\r\n" + body + b"\r\n").status == 408
    assert send(ingest, chunked + b"zz\r\n").status == 400
    endless = chunked + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 100
    assert send(ingest, endless).status == 413
    assert ingest.send(event()).status_code == 200


@only_in_full
def test_bodies_where_none_is_wanted_are_not_kept(ingest: Ingest) -> None:
    before = rss(ingest)
    with raw_http.connect(ingest) as connection:
        lines = "POST /flags HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
        connection.sendall(lines.encode())
        connection.settimeout(2)
        assert raw_http.read(connection).status == 200
        sent = 0
        try:
            while sent < 100 * MIB:
                sent += connection.send(b" " * MIB)
        except OSError:
            pass  # closed, or not read any further
    assert rss(ingest) - before < MOST_GROWTH


def zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"\x00" * MIB
    return b"".join(packer.compress(piece) for _ in range(size // MIB)) + packer.flush()


def rss(ingest: Ingest) -> int:
    assert ingest.api.process is not None
    return int(psutil.Process(ingest.api.process.pid).memory_info().rss)


def peak(ingest: Ingest) -> int:
    """The largest resident size so far, in bytes."""
    assert ingest.api.process is not None
    with open(f"/proc/{ingest.api.process.pid}/status") as status:  # noqa: PTH123
        (line,) = (line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
