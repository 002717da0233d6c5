"""Looks for what keeps the platform from working, and says what to do about it."""

from collections.abc import Callable, Iterator

from stack.doctor import installation, machine, services
from stack.doctor.finding import Finding, Outcome
from stack.environment import Environment

__all__ = ["Finding", "Outcome", "examine"]

Check = Callable[[Environment], Finding]

CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.disk_space,
    machine.memory,
    installation.packages,
    installation.log_directory,
    installation.secrets,
    installation.address_database,
    installation.ports,
    services.supervisor,
    services.clickhouse,
    services.postgres,
    services.redis,
    services.clock,
    services.control_plane_migrations,
    services.warehouse_migrations,
    services.ingest_lag,
)


def examine(environment: Environment) -> Iterator[Finding]:
    """Findings one by one, as some checks wait for a server that does not answer."""
    for check in CHECKS:
        try:
            yield check(environment)
        except Exception as error:  # noqa: BLE001 - a check that breaks is itself a finding
            name = check.__name__.replace("_", " ")
            yield Finding.warning(name, f"could not be checked: {error}".split("\n")[0])
