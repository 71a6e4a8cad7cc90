"""The mail server that `SLUICE_MAIL_URL` names. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from calendar_app.config import is_loopback

PORTS = {"plain": 25, "starttls": 587, "tls": 465}
# Many providers take five connections of one client, some fewer; a relay on this machine is ours.
AT_ONCE, AT_ONCE_HERE = 4, 16
MOST_AT_ONCE = 50
EXPECTED = "SLUICE_MAIL_URL must be log: or begin with smtp:// or smtps:// (smtp://user:password@host:587?starttls=1)."


@dataclass(frozen=True)
class MailServer:
    """`security`: "plain", "starttls" (encrypted after the greeting) or "tls" (from the first byte)."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int | None = None

    @property
    def at_once(self) -> int:
        """How many mails may be handed over at the same time: what was asked for, else what servers usually allow."""
        return self.connections or (AT_ONCE_HERE if is_loopback(self.host) else AT_ONCE)


def server_of(url: str) -> MailServer | None:
    """None for `log:`. Raises ValueError with a sentence for the operator."""
    if url == "log:":
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(EXPECTED) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError(EXPECTED)
    security, connections = _options(parts.scheme, parts.query)
    server = MailServer(parts.hostname, port or PORTS[security], security, unquote(parts.username or ""),
                        unquote(parts.password or ""), connections)  # fmt: skip
    if server.user and security == "plain" and not is_loopback(server.host):
        raise ValueError(
            "SLUICE_MAIL_URL would send its password unencrypted. Add ?starttls=1, or begin with smtps://."
        )
    return server


def _options(scheme: str, query: str) -> tuple[str, int | None]:
    options = {name: found[-1] for name, found in parse_qs(query, keep_blank_values=True).items()}
    starttls, connections = options.pop("starttls", "0"), options.pop("connections", "")
    if options or starttls not in {"0", "1"}:
        raise ValueError("SLUICE_MAIL_URL may end with ?starttls=1 (or 0), ?connections=4, and nothing else.")
    if connections and not (connections.isdecimal() and 1 <= int(connections) <= MOST_AT_ONCE):
        raise ValueError(f"In SLUICE_MAIL_URL connections is a number from 1 to {MOST_AT_ONCE}.")
    security = "starttls" if starttls == "1" else "plain"
    return "tls" if scheme == "smtps" else security, int(connections) if connections else None
