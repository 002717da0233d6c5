"""Ports are found free, or named with who holds them."""

import os
import socket

from stack.ports import describe_holder, free_port, free_ports


def test_a_free_port_has_no_holder() -> None:
    assert describe_holder(free_port()) is None


def test_ports_in_a_row_are_all_free() -> None:
    first = free_ports(3)
    assert [describe_holder(port) for port in range(first, first + 3)] == [None] * 3


def test_a_taken_port_names_the_process() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        holder = describe_holder(server.getsockname()[1])
    assert holder is not None
    assert f"(pid {os.getpid()}: " in holder


def test_a_server_on_every_address_takes_the_port_too() -> None:
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert describe_holder(server.getsockname()[1]) is not None
