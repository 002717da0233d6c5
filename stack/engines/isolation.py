"""The environment of an engine: no credentials of the operator or of other services."""

import os

# What a program needs to start, to find its libraries and temporary files, and its time zone.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH")
SETTINGS_PREFIX = "CLICKHOUSE_EMBEDDED_"


def isolated_environment() -> dict[str, str]:
    """SQL that reached a process could read what is in it, so an engine gets the least."""
    return {
        "MALLOC_ARENA_MAX": "2",
        "PYTHONUNBUFFERED": "1",
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **{key: value for key, value in os.environ.items() if key.startswith(SETTINGS_PREFIX)},
    }
