"""Errors whose text is meant for the person at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager


class StackError(Exception):
    """Shown as one line, without a traceback; the command exits with 1."""


@contextmanager
def shown(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of other parts whose messages say what to do."""
    try:
        yield
    except kinds as error:
        raise StackError(str(error)) from error
