"""How the links of a post leave for accounts: as written, with labels of the campaign, or short with the labels behind.

A label says which stream and which channel somebody came from, the same for everybody; it never says who. What goes to
people one by one (mail) and to programs keeps its links as written, and so do links to this site.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from calendar_app import links
from calendar_app.extensions import db
from calendar_app.short_links.models import LONGEST_TARGET, ShortLink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendar_app.posts.models import Post

ADDRESS = re.compile(r"https?://(?:[^\s<>()\[\]\"]|\([^\s<>()\[\]\"]*\))+", re.IGNORECASE)
ENDS_WITH = ".,;:!?'’…*_~"
LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"
CODE_LENGTH = 9


@dataclass
class Leaving:
    """Text, link and first comment as they leave, and where each code among them leads."""

    text: str
    link: str
    comment: str = ""
    targets: dict[str, str] = field(default_factory=dict)


def leaving(post: Post, text: str, channel: str, *, comment: str = "") -> Leaving:
    """`text` and first `comment` are those for the account. Stores nothing."""
    found = Leaving(text, post.link, comment)
    home = post.streams[0] if post.streams else None
    if home is None or home.links_as not in {"labelled", "short"}:
        return found

    def sent(address: str) -> str:
        bare = address.rstrip(ENDS_WITH)
        return (
            _sent(bare, post.uuid, home.handle, channel, home.links_as, found.targets) + address[len(bare) :]
        )

    found.text = ADDRESS.sub(lambda one: sent(one[0]), text)
    found.link = sent(post.link) if post.link else ""
    found.comment = ADDRESS.sub(lambda one: sent(one[0]), found.comment)
    return found


def keep(targets: Mapping[str, str], post: Post) -> None:
    """Before the codes leave: each leads somewhere from its first second."""
    known = set(db.session.scalars(sa.select(ShortLink.code).where(ShortLink.code.in_(targets))))
    for code in sorted(set(targets) - known):
        try:
            with db.session.begin_nested():
                db.session.add(ShortLink(code=code, target=targets[code], post_id=post.id))
        except IntegrityError:
            # Another delivery of the same post was faster, with the same.
            pass


def short_links_of(post: Post) -> Sequence[ShortLink]:
    """Those that left with the post, the oldest first."""
    return db.session.scalars(
        sa.select(ShortLink).where(ShortLink.post_id == post.id).order_by(ShortLink.id)
    ).all()


def labelled(address: str, *, stream: str, channel: str) -> str:
    """With utm_source, utm_medium and utm_campaign where the address does not say them itself."""
    parts = urlsplit(address)
    said = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    wanted = {"utm_source": channel, "utm_medium": "social", "utm_campaign": stream}
    more = "&".join(f"{name}={quote(value)}" for name, value in wanted.items() if name not in said)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, more)))))


def _sent(address: str, uuid: str, stream: str, channel: str, way: str, targets: dict[str, str]) -> str:
    try:
        ours = urlsplit(address).netloc.lower() == urlsplit(links.home()).netloc.lower()
        target = labelled(address, stream=stream, channel=channel)
    except ValueError:
        return address
    if ours or len(target) > LONGEST_TARGET:
        return address
    if way == "labelled":
        return target
    code = _free_code(f"{uuid} {target}", target)
    targets[code] = target
    return links.absolute(f"/l/{code}")


def _free_code(what: str, target: str) -> str:
    """One that leads nowhere else: somebody may have searched for an address with the same code, and sent it first."""
    tries = (_code(f"{what} {number}" if number else what) for number in count())
    known = sa.select(ShortLink.target)
    return next(
        code for code in tries if db.session.scalar(known.where(ShortLink.code == code)) in {None, target}
    )


def _code(what: str) -> str:
    """The same for the same post and target, so that a preview shows what will be sent."""
    number = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8])
    letters = []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)
