"""Notices by mail: what came within some minutes in one letter, in the member's own language."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import render_template
from flask_babel import force_locale
from sqlalchemy.orm import joinedload

from calendar_app import links
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from calendar_app.languages import LANGUAGES, say_count
from calendar_app.mailing import office
from calendar_app.mailing.composing import Draft, compose
from calendar_app.mailing.rounds import Shelf
from calendar_app.notices import wording
from calendar_app.notices.models import Letter, Notice
from calendar_app.people.models import Person
from calendar_app.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

# Trouble seldom comes alone: so long a letter waits for more to tell.
GATHER = timedelta(minutes=3)
# What nobody was mailed of by then (no mail server was set, say) is left to the app.
STILL_NEWS = timedelta(days=1)
# A letter that found no server for so long would tell of what is long known.
LONGEST_WAIT = timedelta(days=3)
MOST_TOLD = 30


def bundle() -> int:
    """Write letters for those whose oldest unmailed notice has waited long enough; returns how many.

    Nothing while no mail server is set. Harmless when doubled. The caller commits.
    """
    if not office.is_set():
        return 0
    now = database_now()
    people = db.session.scalars(
        sa.select(Notice.person_id)
        .where(_unmailed(now))
        .group_by(Notice.person_id)
        .having(sa.func.min(Notice.created_at) <= now - GATHER)
    ).all()
    return sum(_write_to(person, now) for person in people)


def shelf() -> Shelf:
    """Letters as the lane `mail` sends them."""
    return Shelf(Letter, wanted=lambda: (), packer=_packer, spared="spared")


def pack(letter: Letter, now: datetime) -> tuple[str, bytes] | None:
    """The member's address and the mail; None when there is nothing left to tell, or nobody to tell it to."""
    person = letter.person
    told = [one for one in _notices(letter) if one.read_at is None and wording.still_open(one)]
    if person.disabled_at is not None or not told or letter.created_at < now - LONGEST_WAIT:
        return None
    with force_locale(person.locale if person.locale in LANGUAGES else "en"):
        return person.email, compose(_draft(letter, person, told), date=letter.created_at)


def _packer(_rows: Sequence[Any], now: datetime) -> Callable[[Any], tuple[str, bytes] | None]:
    return lambda row: pack(db.session.get_one(Letter, row.id, populate_existing=True), now)


def _unmailed(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Notice.letter_id.is_(None), Notice.read_at.is_(None), Notice.created_at >= now - STILL_NEWS
    )


def _write_to(person_id: int, now: datetime) -> int:
    """All that is unmailed goes into one letter. Who comes second finds nothing left and writes none."""
    letter = Letter(person_id=person_id, message_id=office.new_message_id(), next_at=now, created_at=now)
    db.session.add(letter)
    db.session.flush()
    mine = sa.select(Notice.id).where(Notice.person_id == person_id, _unmailed(now)).with_for_update()
    taken = db.session.execute(
        sa.update(Notice)
        .where(Notice.id.in_(mine), Notice.letter_id.is_(None))
        .values(letter_id=letter.id)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]
        db.session.delete(letter)
        db.session.flush()
        return 0
    return 1


def _notices(letter: Letter) -> Sequence[Notice]:
    return db.session.scalars(
        sa.select(Notice)
        .where(Notice.letter_id == letter.id)
        .options(
            joinedload(Notice.post).selectinload(Post.reviews),
            joinedload(Notice.by),
            joinedload(Notice.comment),
            joinedload(Notice.account),
            joinedload(Notice.delivery).joinedload(Delivery.account),
        )
        .order_by(Notice.id)
        .execution_options(populate_existing=True)
    ).all()


def _draft(letter: Letter, person: Person, told: Sequence[Notice]) -> Draft:
    name, address = office.sender()
    site = office.site_name()
    subject = wording.headline(told[0]) if len(told) == 1 else _subject(len(told), site)
    values = {
        "person": person,
        "site": site,
        "heading": subject,
        "items": [
            (wording.headline(one), wording.reason(one), links.absolute(wording.path(one)))
            for one in told[:MOST_TOLD]
        ],
        "more": max(len(told) - MOST_TOLD, 0),
        "board": links.absolute("/needs"),
        "language": person.locale,
    }
    return Draft(
        sender_name=name, sender=address, to=person.email, subject=subject,
        text=render_template("emails/notices/body.txt", **values),
        html=render_template("emails/notices/body.html", **values),
        message_id=letter.message_id, language=person.locale,
    )  # fmt: skip


def _subject(number: int, site: str) -> str:
    return say_count(
        "One thing needs a person at %(site)s", "%(num)d things need a person at %(site)s", number, site=site
    )
