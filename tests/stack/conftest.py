"""Services that commands are run against."""

from tests.ingest.conftest import own_ingest as ingest

__all__ = ["ingest"]
