"""The suite runs with no network except loopback."""

import socket
import urllib.request

import pytest
from pytest_socket import SocketConnectBlockedError

from tests.conftest import OutsideError


def test_an_outside_address_cannot_be_reached() -> None:
    with (
        socket.socket() as outside,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        outside.connect(("192.0.2.1", 80))  # an address for documentation


def test_an_outside_name_is_not_even_looked_up() -> None:
    with pytest.raises(OutsideError):
        urllib.request.urlopen("http://example.com/", timeout=5)  # the port is never reached


def test_loopback_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), 5) as here:
        assert here.getpeername() == server.getsockname()
