"""Is this the password? Asked at sign-in, at some invitations, and before it is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.extensions import db
from calendar_app.people import audit, passwords, throttling
from calendar_app.people.models import Person
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from datetime import datetime


def prove(email: str, password: str, *, address: str, now: datetime | None = None) -> tuple[Person, str]:
    """The person of this address and password, and the subject for `enter` to record.

    Raises Refused (for the field `password`, the same for all that may be wrong) and TooManyTries. Commits: the
    try counts even if this process dies, and no lock is held while the password is worked on (70 ms).
    """
    now = now or utcnow()
    email = email.strip().lower()
    person = db.session.execute(sa.select(Person).where(Person.email == email)).scalar_one_or_none()
    person_id = person.id if person else None
    known_hash = person.password_hash if person and person.disabled_at is None else None
    subject = throttling.let_try(person, email, address, now)
    if not passwords.fits(known_hash, password) or person_id is None:
        audit.record("sign-in failed", subject)
        db.session.commit()
        raise Refused({"password": _("The e-mail address or the password is not right. Try again.")})
    person = db.session.get_one(Person, person_id)
    if passwords.is_outdated(known_hash or ""):
        person.password_hash = passwords.rehash(password)
    return person, subject
