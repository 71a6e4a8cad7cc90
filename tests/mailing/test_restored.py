"""After a backup was put back: mails that were on their way may have gone out since, so none goes out by itself."""

from __future__ import annotations

import sqlalchemy as sa

from calendar_app.channels.email.models import Mailing
from calendar_app.channels.models import Delivery
from calendar_app.extensions import database_now, db
from calendar_app.notices.models import Letter
from calendar_app.restoring import _hold
from tests.factories import make_account, make_person, make_scheduled, make_stream


def test_what_was_on_its_way_is_unknown(app):
    stream = make_stream()
    make_account(stream.team, streams=[stream])
    make_scheduled(stream)
    delivery = db.session.scalars(sa.select(Delivery.id)).first()
    now = database_now()
    for state in ("waiting", "sending", "sent"):
        person = make_person(stream.team)
        address = f"{state}@example.org"
        db.session.add(
            Mailing(delivery_id=delivery, address=address, message_id=address, state=state, next_at=now)
        )
        db.session.add(Letter(person_id=person.id, message_id=address, state=state, next_at=now))
    db.session.commit()
    _hold(db.session.connection())
    db.session.commit()
    for model in (Mailing, Letter):
        found = dict(db.session.execute(sa.select(model.message_id, model.state)).all())
        assert found == {
            "waiting@example.org": "unknown", "sending@example.org": "unknown", "sent@example.org": "sent"
        }  # fmt: skip
        assert db.session.scalar(sa.select(sa.func.count(model.finished_at))) == 2
