"""Row ids: UUIDv7 in text, so that primary keys grow at the end of their index."""

import uuid_utils


def new_id() -> str:
    return str(uuid_utils.uuid7())
