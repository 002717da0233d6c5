"""The installation: packages, files below DATA_DIR, and ports."""

import os
import re
import stat
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from control_plane.secrets import is_placeholder
from stack.doctor.finding import Finding
from stack.environment import Environment
from stack.installation import Installation
from stack.ports import describe_holder
from stack.settings import PROJECT_ROOT

LOCKED = re.compile(r"^([a-zA-Z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def packages(_: Environment) -> Finding:
    """Every installed package has a version of the lock file, which may name one a platform."""
    locked: dict[str, set[str]] = {}
    for name, wanted in LOCKED.findall((PROJECT_ROOT / "requirements.lock").read_text()):
        locked.setdefault(name, set()).add(wanted)
    differing = [
        f"{name} {installed} (locked: {' or '.join(sorted(wanted))})"
        for name, wanted in locked.items()
        if (installed := _installed(name)) not in (None, *wanted)
    ]
    if differing:
        return Finding.warning("packages", ", ".join(differing[:5]), "Run `make install`")
    return Finding.ok("packages", f"{len(locked)} as in requirements.lock")


def _installed(name: str) -> str | None:
    """None for what is locked for other platforms only."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def log_directory(environment: Environment) -> Finding:
    directory = Installation.of(environment).logs
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(b"x" * 4096)
            file.flush()
    except OSError as error:
        return Finding.failed("log directory", str(error), f"Make {directory} writable")
    return Finding.ok("log directory", f"{directory} is writable")


def address_database(environment: Environment) -> Finding:
    from ingest.enrich.locations import Database, DatabaseError

    path = environment.variables.get("GEOIP_DATABASE") or os.environ.get("GEOIP_DATABASE")
    if not path:
        return Finding.ok("address database", "countries by registry; GEOIP_DATABASE adds cities")
    try:
        Database(Path(path))
    except DatabaseError as error:
        return Finding.failed("address database", str(error), "Correct or remove GEOIP_DATABASE")
    return Finding.ok("address database", f"{path} gives countries, regions and cities")


def secrets(environment: Environment) -> Finding:
    path = environment.data_directory / "secrets.json"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding.failed("secrets", f"{path} can be read by others", f"chmod 600 {path}")
    given = environment.settings.jwt_secret, environment.settings.refresh_token_secret
    if any(secret and is_placeholder(secret) for secret in given):
        return Finding.warning(
            "secrets",
            "JWT_SECRET or REFRESH_TOKEN_SECRET is a placeholder; a generated one is used",
            "Set random secrets of 32 characters or more before running in production",
        )
    return Finding.ok("secrets", f"in {path}, readable by its owner only")


def ports(environment: Environment) -> Finding:
    """Free, unless the platform itself runs and holds them."""
    if Installation.of(environment).running_state():
        return Finding.ok("ports", "held by the running platform")
    from stack.services import platform
    from stack.supervisor.service import Service

    wanted = [(n.name, n.port) for n in platform(environment) if isinstance(n, Service) and n.port]
    taken = [
        f"{port} ({name}) by {holder}" for name, port in wanted if (holder := describe_holder(port))
    ]
    if taken:
        return Finding.failed(
            "ports", f"taken: {'; '.join(taken)}", "Stop those processes or change ports in .env"
        )
    return Finding.ok("ports", ", ".join(str(port) for _, port in wanted) + " are free")
