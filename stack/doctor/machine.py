"""The machine: interpreter, disk and memory."""

import platform
import shutil
import sys

import psutil

from stack.doctor.finding import Finding
from stack.environment import Environment

GIBIBYTE = 1024**3
OLDEST_PYTHON, FIRST_UNSUPPORTED_PYTHON = (3, 11), (3, 14)

# Ingest refuses events before the disk is full; a merge needs as much again as its largest part.
DISK_FAILED, DISK_WARNING = 1 * GIBIBYTE, 5 * GIBIBYTE
# The idle platform takes under 2.5 GB; a dbt build or a large query needs some on top.
MEMORY_WARNING = 1 * GIBIBYTE


def python(_: Environment) -> Finding:
    detail = f"{platform.python_implementation()} {platform.python_version()} at {sys.prefix}"
    if OLDEST_PYTHON <= sys.version_info[:2] < FIRST_UNSUPPORTED_PYTHON:
        return Finding.ok("python", detail)
    return Finding.failed("python", detail, "Delete .venv and run `make install` with Python 3.11")


def disk_space(environment: Environment) -> Finding:
    free = shutil.disk_usage(environment.data_directory).free
    detail = f"{free / GIBIBYTE:.1f} GiB free at {environment.data_directory}"
    remedy = "Free some space, or move DATA_DIR to a larger disk"
    if free < DISK_FAILED:
        return Finding.failed("disk space", detail, remedy)
    if free < DISK_WARNING:
        return Finding.warning("disk space", detail, remedy)
    return Finding.ok("disk space", detail)


def memory(_: Environment) -> Finding:
    available = psutil.virtual_memory().available
    detail = f"{available / GIBIBYTE:.1f} GiB available"
    if available < MEMORY_WARNING:
        return Finding.warning("memory", detail, "Stop other programs: a build may fail")
    return Finding.ok("memory", detail)
