"""Rows by a reference that a person types: an id or a name."""

import uuid
from difflib import get_close_matches


def is_id(reference: str) -> bool:
    try:
        uuid.UUID(reference)
    except ValueError:
        return False
    return True


def near_matches(reference: str, names: list[str]) -> tuple[str, ...]:
    """Up to three names that resemble the reference, whatever their case."""
    by_folded = {name.casefold(): name for name in names}
    return tuple(
        by_folded[match] for match in get_close_matches(reference.casefold(), list(by_folded), n=3)
    )
