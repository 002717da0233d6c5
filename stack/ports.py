"""TCP ports of this machine."""

import contextlib
import socket

import psutil

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nothing listens on at the moment."""
    first = free_port()
    while not all(_can_bind(port) for port in range(first, first + count)):
        first = free_port()
    return first


def describe_holder(port: int) -> str | None:
    """Who listens on `port`, for a person to read; None when the port is free."""
    if _can_bind(port):
        return None
    pid = _listener(port)
    if pid is None:
        return "a process of another user"
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        command = " ".join(process.cmdline())[:80]
        return f"{process.name()} (pid {pid}: {command})"
    return f"pid {pid}"


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of a server that has ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _listener(port: int) -> int | None:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS shows the sockets of others only to root
        return None
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,):
            return connection.pid
    return None
