"""Where a call may go: whole addresses, looked up with a time limit, and public in every entry."""

import os
import re
import socket
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Lock, Thread

import httpcore
import httpx

LONGEST_ADDRESS = 2048
LOOKUP_SECONDS = 5.0
HOST = re.compile(rb"[a-z0-9._:-]+")
# What is_global of the standard library lets through, or judged otherwise in earlier releases.
# https://www.iana.org/assignments/iana-ipv4-special-registry
NEVER_IPV4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4")))
# Teredo and other protocols, documentation, 6to4, documentation.
# https://www.iana.org/assignments/iana-ipv6-special-registry
PUBLIC_IPV6 = IPv6Network("2000::/3")
NEVER_IPV6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


class CallFailed(Exception):
    """A call without a whole answer. `reason` is a sentence for people, without any secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = self.sentence = reason


class NotSent(CallFailed):
    """Certainly nothing reached the other side: it is safe to call again."""


class BadAddress(NotSent, ValueError):
    """Text that is no address we can call."""


class HostNotFound(NotSent):
    """A host that the DNS does not know, or not at this moment."""


class AddressRefused(NotSent):
    """An address that leads, by any of its DNS entries, to a place that is not public."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"This address leads into a private network ({address}). "
            "Sluice calls only public addresses unless its operator allows this network."
        )


@dataclass(frozen=True, slots=True)
class Destination:
    """An address taken apart once: for the connection pool, for the DNS, for the Host header."""

    address: httpcore.URL
    host: str
    host_header: str


def check_address(address: str, allowed_networks: Sequence[str] = ()) -> None:
    """What a form asks before it keeps an address. Looks its host up, for at most five seconds.

    Raises BadAddress, AddressRefused, or HostNotFound, which may pass; each has a `sentence`.
    """
    refuse_private(addresses_of(destination(address).host, LOOKUP_SECONDS), tuple(allowed_networks))


@lru_cache(maxsize=1024)
def destination(address: str) -> Destination:
    """Takes an http or https address apart. Raises BadAddress."""
    try:
        parts = httpx.URL(address) if len(address) <= LONGEST_ADDRESS else httpx.URL()
    except (httpx.InvalidURL, ValueError):
        parts = httpx.URL()
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.raw_host):
        raise BadAddress(
            "This is not an address Sluice can call. Write it whole, as in https://example.org/hook."
        )
    if parts.userinfo:
        raise BadAddress("Take the name and password out of this address: they would show in logs.")
    port = (443 if parts.scheme == "https" else 80) if parts.port is None else parts.port
    if not 1 <= port <= 65535:
        raise BadAddress("The port in this address must be a number from 1 to 65535.")
    whole = httpcore.URL(scheme=parts.raw_scheme, host=parts.raw_host, port=port, target=parts.raw_path)
    return Destination(whole, parts.raw_host.decode("ascii"), parts.netloc.decode("ascii"))


def addresses_of(host: str, seconds: float) -> list[str]:
    """Every address of a host, each once; an address stands for itself. Raises HostNotFound."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        return _lookups.addresses(host, seconds)


def refuse_private(addresses: Sequence[str], allowed_networks: tuple[str, ...]) -> None:
    """Raises AddressRefused for the first address that is neither public nor allowed: all must be."""
    for text in addresses:
        address = ip_address(text)
        allowed = any(address in network for network in networks(allowed_networks))
        if not allowed and not _is_public(address):
            raise AddressRefused(text)


@lru_cache(maxsize=16)
def networks(cidrs: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises ValueError for text that is no network."""
    return tuple(ip_network(cidr, strict=False) for cidr in cidrs)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in NEVER_IPV4)
    return address in PUBLIC_IPV6 and not any(address in network for network in NEVER_IPV6)


class _Lookups:
    """DNS with a time limit, which the system's own call lacks; one lookup per host at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: dict[str, Future[list[str]]] = {}

    def addresses(self, host: str, seconds: float) -> list[str]:
        try:
            return self._lookup(host).result(timeout=seconds)
        except TimeoutError:
            raise HostNotFound(f"The DNS gave no answer for {host} in time.") from None

    def forget(self) -> None:
        self._lock, self._running = Lock(), {}

    def _lookup(self, host: str) -> Future[list[str]]:
        with self._lock:
            if host not in self._running:
                self._running[host] = Future()
                Thread(target=self._run, args=(host, self._running[host]), daemon=True).start()
            return self._running[host]

    def _run(self, host: str, future: Future[list[str]]) -> None:
        try:
            found = _ask_the_dns(host)
        except HostNotFound as problem:
            self._forget(host)
            future.set_exception(problem)
        else:
            self._forget(host)
            future.set_result(found)

    def _forget(self, host: str) -> None:
        with self._lock:
            del self._running[host]


def _ask_the_dns(host: str) -> list[str]:
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as problem:
        if problem.errno == socket.EAI_NONAME:
            raise HostNotFound(f"There is no host named {host}. Check the spelling.") from problem
        raise HostNotFound(f"The DNS gave no answer for {host}.") from problem
    except (OSError, UnicodeError) as problem:
        raise HostNotFound(f"There is no host named {host}. Check the spelling.") from problem
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


_lookups = _Lookups()
# The thread that would answer a lookup of the parent is not there in a forked child.
os.register_at_fork(after_in_child=_lookups.forget)
