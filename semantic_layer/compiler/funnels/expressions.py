"""Pieces of SQL."""

NEVER = "toInt64(9223372036854775807)"
"""The time of what did not happen, in ms."""


def let(name: str, value: str, body: str) -> str:
    """SQL of `body`, in which `name` stands for `value`: it is written and worked out once."""
    return f"arrayMap({name} -> {body}, [{value}])[1]"


def masks(values: list[int]) -> str:
    return f"[{', '.join(f'toUInt16({value})' for value in values)}]"
