"""Errors whose text is meant for the person at the terminal."""


class StackError(Exception):
    """Shown as one line, without a traceback; the command exits with 1."""
