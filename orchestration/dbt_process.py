"""dbt as a child that does not outlive the run that started it.

A worker that is killed would otherwise leave dbt writing the marts while the next run starts.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run dbt's command line; on Linux, be interrupted when the parent dies."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit("the run that started dbt is gone")
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
