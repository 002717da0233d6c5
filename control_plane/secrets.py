"""What makes a signing secret one that anybody could guess."""

SHORTEST_SECRET = 32
"""RFC 7518 asks for a key at least as long as the hash output: 32 bytes for HS256."""

_PLACEHOLDERS = ("change-me", "changeme", "change_me", "placeholder", "your-", "example")


def is_placeholder(secret: str) -> bool:
    """Whether a secret is too short, or reads like one from an example file."""
    lowered = secret.lower()
    return len(secret) < SHORTEST_SECRET or any(word in lowered for word in _PLACEHOLDERS)
