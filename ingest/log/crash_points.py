"""Places where a test may have the process die, named in the setting CRASH_AT.

`CRASH_AT=log.before_sync:3` ends the process with SIGKILL at the third passage of that point.
"""

import os
import signal

_remaining: dict[str, int] = {}


def arm(setting: str) -> None:
    """Read `name` or `name:passage`, several separated by commas; empty disarms."""
    _remaining.clear()
    for entry in filter(None, setting.split(",")):
        name, _, passage = entry.partition(":")
        _remaining[name] = int(passage or 1)


def reach(name: str) -> None:
    """Die here if this passage of the point is the armed one."""
    if not _remaining or name not in _remaining:
        return
    _remaining[name] -= 1
    if _remaining[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
