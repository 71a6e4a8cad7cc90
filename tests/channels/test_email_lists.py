"""The address list of an e-mail account: what is taken, what is told, and what the record keeps of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from calendar_app.channels.connecting import connect
from calendar_app.errors import Refused
from calendar_app.extensions import database_now, db
from calendar_app.mailing import office
from calendar_app.people.models import Audit
from tests.channels.steps import delivery_of, due_post, send_due
from tests.channels.test_email import people, server, with_list, with_mail  # noqa: F401
from tests.factories import make_actor, make_team


def connected(addresses):
    team = make_team()
    account, _ = connect("email", "Newsletter", {"addresses": addresses}, None, actor=make_actor(team),
                         team_id=team.id, now=database_now())  # fmt: skip
    db.session.commit()
    return account


def test_a_list_is_cleaned_and_each_address_kept_once(server):  # noqa: F811
    account = connected("Kari@Example.org, ola@example.org;\nkari@example.org\n\n")
    assert account.settings == {"addresses": "Kari@example.org\nola@example.org", "sender_name": ""}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write at least one address."),
        ("kari\nola@", "These are no addresses: “kari”, “ola@”. Write one a line, as in kari@example.org."),
        (
            "\n".join(people(5001)),
            "These are 5001 addresses; 5000 are the most. Shorten the list, or connect a second account.",
        ),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_told(server, typed, sentence):  # noqa: F811
    with pytest.raises(Refused) as refused:
        connected(typed)
    assert refused.value.errors == {"settings.addresses": sentence}


def test_five_thousand_addresses_are_taken_and_the_record_counts_them_only(server):  # noqa: F811
    account = connected("\n".join(people(5000)))
    assert len(account.settings["addresses"].split()) == 5000
    (written,) = db.session.scalars(sa.select(Audit.after).where(Audit.action == "account connected"))
    assert written["settings"]["addresses"] == "5000 entries"


def test_without_a_mail_server_the_form_says_so(with_mail, server):  # noqa: F811
    with_mail.config["SETTINGS"] = replace(with_mail.config["SETTINGS"], mail_url="log:")
    with pytest.raises(Refused, match="No mail server is set"):
        connected("kari@example.org")
    assert office.is_set() is False
    stream, _account = with_list(*people(1))
    post = due_post(stream)
    send_due()
    assert delivery_of(post).reason.startswith("No mail server is set")


def test_an_empty_list_fails_with_a_reason(server):  # noqa: F811
    stream, _account = with_list()
    post = due_post(stream)
    send_due()
    row = delivery_of(post)
    assert (row.state, row.reason) == (
        "failed", "Nobody is on the list of this account. Add addresses, then send again."
    )  # fmt: skip
