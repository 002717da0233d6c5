"""Released clients against the running services."""

from tests.ingest.conftest import _shared_ingest, ingest

__all__ = ["_shared_ingest", "ingest"]
