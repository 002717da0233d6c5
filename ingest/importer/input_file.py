"""The file to import: plain or gzip, read once from start to end."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.importer.errors import SourceError

GZIP_MAGIC = b"\x1f\x8b"
# No event may have more than 32 KB; a line beyond this is not a record of anything.
MAX_LINE = 1 << 20


class InputFile:
    """Lines of bytes without their ends; `position` counts bytes of the file as it is on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.size = path.stat().st_size
            self._raw: BinaryIO = path.open("rb")
            compressed = self._raw.read(2) == GZIP_MAGIC
        except OSError as error:
            raise SourceError(f"cannot read {path}: {error.strerror}") from None
        self._raw.seek(0)
        self._content: BinaryIO | gzip.GzipFile = (
            gzip.GzipFile(fileobj=self._raw) if compressed else self._raw
        )

    @property
    def position(self) -> int:
        return self._raw.tell()

    def lines(self) -> Iterator[bytes]:
        """Lines, each at most a byte longer than MAX_LINE: of a longer one the start."""
        try:
            while line := self._content.readline(MAX_LINE + 1):
                yield line.rstrip(b"\r\n")
                while len(line) > MAX_LINE and not line.endswith(b"\n"):
                    line = self._content.readline(MAX_LINE + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(
                f"{self.path} is damaged after byte {self.position} of {self.size}: {error}"
            ) from error

    def close(self) -> None:
        self._content.close()
        self._raw.close()


def content_hash(path: Path) -> str:
    """SHA-256 of the file as it is on disk."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
