"""A mail as bytes: plain and HTML, headers that nobody can add to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

# Python folds these inside their addresses, and programs then cannot read them.
UNFOLDED = {"list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id"}
LONGEST_SUBJECT = 200


class _Policy(EmailPolicy):
    """CRLF, seven bits, and some headers on one line however long.

    Words that are not ASCII are encoded by `Header`: the policy's own folding loses blanks between them.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        kind = name.lower()
        if kind in UNFOLDED:
            return f"{name}: {value}\r\n".encode("ascii")
        if kind == "subject":
            return f"{name}: {_words(name, str(value))}\r\n".encode("ascii")
        if kind == "to":
            (reader,) = value.addresses
            return f"{name}: {reader.addr_spec}\r\n".encode("ascii")
        if kind == "from":
            (sender,) = value.addresses
            shown = _words(name, sender.display_name, plain=lambda text: f'"{text}"')
            return f"{name}: {f'{shown} <{sender.addr_spec}>'.strip()}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=76)


@dataclass(frozen=True)
class Draft:
    """One mail to one address. `message_id` is fixed over all attempts; `headers` beyond the usual ones."""

    sender_name: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    language: str = "en"
    headers: Mapping[str, str] = field(default_factory=dict)


def compose(draft: Draft, *, date: datetime, encoding: str | None = None) -> bytes:
    """The mail with CRLF line ends; the same draft and date give the same bytes but for the part boundary.

    `encoding` of both parts: the shortest, unless one is named ("quoted-printable").
    Control characters in names and subjects become blanks: nothing in them can begin a header.
    Raises ValueError for addresses and headers that cannot be.
    """
    mail = EmailMessage(policy=POLICY)
    name, _, host = draft.sender.rpartition("@")
    mail["From"] = Address(one_line(draft.sender_name), name, host)
    mail["To"] = Address("", *_halves(draft.to))
    mail["Subject"] = one_line(draft.subject)[:LONGEST_SUBJECT] or "–"
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = checked(draft.message_id)
    mail["Auto-Submitted"] = "auto-generated"
    for header, value in draft.headers.items():
        mail[header] = checked(value)
    mail.set_content(draft.text, cte=encoding)
    mail.add_alternative(draft.html, subtype="html", cte=encoding)
    mail["Content-Language"] = checked(draft.language)
    return mail.as_bytes()


def one_line(text: str) -> str:
    """Without control characters and line ends of any kind."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def checked(value: str) -> str:
    """As it is. Raises ValueError for what cannot stand in a header on one line."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError(f"not a header's value: {value[:60]!r}")
    return value


def _words(header: str, text: str, *, plain: Callable[[str], str] = str) -> str:
    """Folded where it is long, encoded where it is not ASCII or might be taken for something else."""
    if not text:
        return ""
    simple = text.isascii() and len(text) <= 60 and "=?" not in text and not set(text) & set('"\\')
    return plain(text) if simple else Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _halves(address: str) -> tuple[str, str]:
    local, _, host = address.rpartition("@")
    return local, host
