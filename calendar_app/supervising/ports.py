"""Whether the web part will be able to listen."""

from __future__ import annotations

import errno
import socket


def port_taken(host: str, port: int) -> str | None:
    """Why nothing can listen at this host and port now, as one sentence; None when it can."""
    if not 0 <= port <= 65_535:
        return f"{port} is not a port number; choose one from 1 to 65535 with --port."
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        return f"“{host}” is not an address of this machine; choose another with --host."
    errors = [_error_at(*place) for place in places]
    in_use = [error for error in errors if error and error.errno == errno.EADDRINUSE]
    # A name may have an IPv6 address that this machine has switched off: one usable address is enough.
    unusable = [error for error in errors if error] if None not in errors else []
    return next((_sentence(host, port, error) for error in [*in_use, *unusable]), None)


def _error_at(family: int, kind: int, protocol: int, _: str, place: tuple[object, ...]) -> OSError | None:
    try:
        with socket.socket(family, kind, protocol) as trial:
            # As the web server does it: a port that has just been given up counts as free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        return error
    return None


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is already in use; "
            "stop the program that uses it, or choose another port with --port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has; choose one above 1023 with --port."
    return (
        f"Nothing can listen on {host}, port {port} ({error.strerror}); choose another address with --host."
    )
