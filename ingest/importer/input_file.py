"""The file to import: plain, gzip or a zip of such files, read once from start to end."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ingest.importer.errors import SourceError

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
# No event may have more than 32 KB; a line beyond this is not a record of anything.
MAX_LINE = 1 << 20
BUFFER = 1 << 18


class InputFile:
    """Lines of bytes without their ends; `position` counts bytes of the file as it is on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.size = path.stat().st_size
            self._raw: BinaryIO = path.open("rb")
            self._magic = self._raw.read(4)
        except OSError as error:
            raise SourceError(f"cannot read {path}: {error.strerror}") from None
        self._raw.seek(0)

    @property
    def position(self) -> int:
        return self._raw.tell()

    def streams(self) -> Iterator[io.BufferedReader]:
        """What the file holds, unpacked: itself, or the files of a zip in the order of names."""
        if self._magic != ZIP_MAGIC:
            yield _unpacked(self._raw)
            return
        with zipfile.ZipFile(self._raw) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/") and not name.startswith("__MACOSX/"):
                    with archive.open(name) as member:
                        yield _unpacked(member)

    def lines(self) -> Iterator[bytes]:
        """Lines, each at most a byte longer than MAX_LINE: of a longer one the start."""
        with self.damage_told():
            for stream in self.streams():
                yield from lines_of(stream)

    @contextmanager
    def damage_told(self) -> Iterator[None]:
        """Raise SourceError for what unpacking raises."""
        try:
            yield
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
            raise SourceError(
                f"{self.path} is damaged after byte {self.position} of {self.size}: {error}"
            ) from error
        except RuntimeError as error:  # what zipfile raises for a password
            if "password" not in str(error):
                raise
            raise SourceError(f"{self.path} is encrypted: unpack it first") from error

    def close(self) -> None:
        self._raw.close()


def lines_of(stream: io.BufferedReader) -> Iterator[bytes]:
    while line := stream.readline(MAX_LINE + 1):
        yield line.rstrip(b"\r\n")
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE + 1)


def _unpacked(stream: Any) -> io.BufferedReader:
    """Gzip is told by its first bytes, whatever the name says."""
    borrowed: Any = _Borrowed(stream)
    reader = io.BufferedReader(borrowed, BUFFER)
    if reader.peek(2)[:2] != GZIP_MAGIC:
        return reader
    unzipped: Any = gzip.GzipFile(fileobj=reader)
    return io.BufferedReader(unzipped, BUFFER)


class _Borrowed(io.RawIOBase):
    """A stream that stays open when the reader over it is closed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def content_hash(path: Path) -> str:
    """SHA-256 of the file as it is on disk."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
