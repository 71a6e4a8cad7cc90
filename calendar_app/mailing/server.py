"""The mail server that `SLUICE_MAIL_URL` names. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from calendar_app.config import is_loopback

PORTS = {"plain": 25, "starttls": 587, "tls": 465}
EXPECTED = "SLUICE_MAIL_URL must be log: or begin with smtp:// or smtps:// (smtp://user:password@host:587?starttls=1)."


@dataclass(frozen=True)
class MailServer:
    """`security`: "plain", "starttls" (encrypted after the greeting) or "tls" (from the first byte)."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


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
    security = _security(parts.scheme, parts.query)
    server = MailServer(parts.hostname, port or PORTS[security], security,
                        unquote(parts.username or ""), unquote(parts.password or ""))  # fmt: skip
    if server.user and security == "plain" and not is_loopback(server.host):
        raise ValueError(
            "SLUICE_MAIL_URL would send its password unencrypted. Add ?starttls=1, or begin with smtps://."
        )
    return server


def _security(scheme: str, query: str) -> str:
    options = parse_qs(query, keep_blank_values=True)
    if set(options) - {"starttls"} or options.get("starttls", ["0"])[-1] not in {"0", "1"}:
        raise ValueError("SLUICE_MAIL_URL may end with ?starttls=1 (or 0) and nothing else.")
    if scheme == "smtps":
        return "tls"
    return "starttls" if options.get("starttls", ["0"])[-1] == "1" else "plain"
