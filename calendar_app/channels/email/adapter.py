"""Sends each post as a mail to every address of a list that the team keeps.

Its place is a table in this house: one row per address is the ledger, so a repeat sends to nobody twice.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app

from calendar_app.channels.adapter import (
    Adapter,
    Call,
    Content,
    Field,
    NotSent,
    NotYet,
    Parcel,
    Part,
    Rejected,
    Sent,
    Unsure,
)
from calendar_app.channels.email import ledger
from calendar_app.channels.email.lists import MOST, MOST_NAMED, read_list
from calendar_app.channels.email.models import OPEN
from calendar_app.channels.email.writing import payload_of
from calendar_app.enqueue import wake
from calendar_app.errors import Refused
from calendar_app.extensions import db, writing
from calendar_app.languages import say_later
from calendar_app.mailing import office
from calendar_app.mailing.rounds import work_off

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_SERVER = say_later("No mail server is set (SLUICE_MAIL_URL). Ask whoever runs this site to set one.")
# A short list is sent at once; a long one, and whoever is left after so long, is for the lane of mails.
AT_ONCE_MAILS = 500
AT_ONCE_SECONDS = 5.0
LOOK_AGAIN = timedelta(seconds=10)
LONGEST_LIST = 400_000
LONGEST_SENDER = 100


class EmailAdapter(Adapter):
    kind = "email"
    public_links = False
    name = say_later("E-mail")
    blurb = say_later("Sends each post as a mail to the addresses of a list that you keep here.")
    fields = (
        Field(
            "addresses",
            say_later("Addresses"),
            say_later(
                "One a line, at most 5,000. Only of people who asked for it: every mail carries a link to leave."
            ),
            lines=True,
            longest=LONGEST_LIST,
        ),
        Field(
            "sender_name",
            say_later("Name of the sender"),
            say_later("Leave empty for the name of this site."),
            required=False,
            longest=LONGEST_SENDER,
        ),
    )
    # The ledger makes a repeat harmless, and is looked at first.
    keyed = True
    can_look = True
    ladder = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600)

    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        found = read_list(str(settings.get("addresses") or ""))
        sentence = _wrong(len(found.good), found.bad)
        if not office.is_set():
            sentence = NO_SERVER
        if sentence:
            raise Refused({"settings.addresses": sentence})
        name = " ".join(str(settings.get("sender_name") or "").split())
        return {"addresses": "\n".join(found.good), "sender_name": name}, {}

    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return payload_of(content)

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        return (Part(payload["subject"]), Part(payload["text"]))

    def send(self, parcel: Parcel, call: Call) -> Sent:
        """Once for everybody on the list who has not got it. Raises NotYet while some are still to come."""
        if not office.is_set():
            raise NotSent("No mail server is set (SLUICE_MAIL_URL). Ask whoever runs this site to set one.")
        # A session of its own: whoever calls holds another, perhaps with a transaction.
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        with app.app_context():
            with writing():
                written = ledger.fan_out(parcel, call.before_first_byte)
                db.session.commit()
            if written > AT_ONCE_MAILS:
                ledger.count_anew()
            if ledger.tally(parcel.id).of(*OPEN) <= AT_ONCE_MAILS:
                _send_at_once(parcel)
            tally = ledger.tally(parcel.id)
            db.session.rollback()
        if tally.of(*OPEN):
            wake("mail")
            after = max(tally.next_at or call.now(), call.now() + LOOK_AGAIN)
            raise NotYet(f"{_sent_of(tally)} The rest follows.", after=after)
        return _summed_up(tally, parcel.key)

    def test(self, parcel: Parcel, call: Call) -> str:
        """The mail server is greeted as before a mail; none is sent."""
        if not office.is_set():
            raise NotSent("No mail server is set (SLUICE_MAIL_URL). Ask whoever runs this site to set one.")
        with office.mailer() as mailer:
            mailer.greet()
        return f"The mail server {mailer.server.host} takes our mail. Nothing was sent."

    def look(self, parcel: Parcel, call: Call) -> Sent | None:
        """The ledger tells who has it, and `send` goes on from there."""
        return None


def _wrong(count: int, bad: Sequence[str]) -> str:
    if bad:
        named = ", ".join(f"“{one[:60]}”" for one in bad[:MOST_NAMED])
        return f"These are no addresses: {named}. Write one a line, as in kari@example.org."
    if not count:
        return "Write at least one address."
    if count > MOST:
        return f"These are {count} addresses; {MOST} are the most. Shorten the list, or connect a second account."
    return ""


def _send_at_once(parcel: Parcel) -> None:
    until = min(time.monotonic() + AT_ONCE_SECONDS, parcel.deadline)
    with office.mailer() as mailer:
        sender = office.sender()[1]
        db.session.rollback()
        work_off(ledger.shelf(parcel.id), mailer, sender, until=until)


def _sent_of(tally: ledger.Tally) -> str:
    return f"Sent to {tally.of('sent')} of {tally.wanted} addresses."


def _summed_up(tally: ledger.Tally, key: str) -> Sent:
    """What became of the whole. Raises Unsure when somebody may or may not have got it, Rejected when nobody did."""
    sent, refused, unknown = tally.of("sent"), tally.of("refused"), tally.of("unknown")
    told = _sent_of(tally)
    if refused:
        told += f" Refused: {refused}."
    if unknown:
        raise Unsure(f"{told} May have gone out: {unknown}.")
    if refused and not sent:
        raise Rejected(f"{told} {tally.refusal}".strip())
    if not sent:
        raise Rejected("Nobody is on the list of this account. Add addresses, then send again.")
    return Sent(external_id=key, remark=told if refused else "")
