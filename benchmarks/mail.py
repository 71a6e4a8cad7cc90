"""Mail: one post to 100,000 addresses: seconds to write the rows, mails a second, memory; beside a loop of smtplib."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.figures import verdict
from benchmarks.filling import TEXT, add_streams, schedule_posts
from benchmarks.guarded import guarded, wait_for
from benchmarks.installation import DATABASES, installation, short_folder, sluice, up
from benchmarks.mail_sink import mail_sink
from benchmarks.start_up import megabytes, name_of
from calendar_app.channels.email.models import Mailing
from calendar_app.channels.models import Account, Delivery
from calendar_app.enqueue import plan_changed
from calendar_app.extensions import database_now, db, start_writing, stop_writing
from calendar_app.supervising.guard import descendants
from jobs import mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.mail_sink import MailSink
    from calendar_app.streams.models import Stream

READERS = 100_000
# As many as one account may have.
A_LIST = 5_000
GOAL_ROWS, GOAL_RATE = 10.0, 1000
# Of the workers' memory, from the first tenth of the mails to the last.
GOAL_GROWTH = 1.1
SENDER = "news@fjordvik.example"
PLAINLY = 3_000
# Connections, mails, and who serves: what one worker does, in this process.
SERIES = ((1, 500, ""), (4, 2_000, ""), (16, 5_000, ""), (16, 1_000, "aiosmtpd"))


def run(readers: int = READERS) -> Iterator[str]:
    alone = plainly()
    yield f"smtplib, each mail composed and sent after the other, nothing written down: {alone:,.0f} mails/s"
    yield f"the same to aiosmtpd: {plainly('aiosmtpd'):,.0f} mails/s"
    for database in DATABASES:
        yield from _to_all(database, readers, alone)
        for connections, count, served_by in SERIES:
            rate = one_worker(database, count, connections, served_by)
            to = f"to {served_by}" if served_by else "to the same server"
            yield f"  one worker {to}, at most {connections} connections: {rate:,.0f} mails/s"


def plainly(served_by: str = "") -> float:
    """Mails a second as a loop would send them that keeps no books, on one connection."""
    with short_folder() as folder, mail_sink(folder, served_by) as sink, sink.connected() as server:
        began = time.monotonic()
        for number in range(PLAINLY):
            server.send_message(_composed(number))
        return PLAINLY / (time.monotonic() - began)


def one_worker(database: str, count: int, connections: int, served_by: str) -> float:
    """Mails a second of a round of the lane `mail`, books and all."""
    with installation(database) as place, mail_sink(place.folder, served_by) as sink:
        settings = place.app.config["SETTINGS"]
        url = f"{sink.url}?connections={connections}"
        place.app.config["SETTINGS"] = replace(settings, mail_url=url, mail_from=SENDER)
        schedule_posts([stream_to(count)], [database_now()])
        _begin(count)
        stop_writing()
        began = time.monotonic()
        sent = mail.work(120)
        seconds = time.monotonic() - began
        start_writing()
        assert sent == count
    return count / seconds


def stream_to(readers: int) -> Stream:
    """A stream with as many e-mail accounts as so many addresses need."""
    (stream,) = add_streams(1, "http://127.0.0.1:9/")
    stream.accounts.clear()
    for start in range(0, readers, A_LIST):
        addresses = (f"reader{number}@example.org" for number in range(start, min(start + A_LIST, readers)))
        settings = {"addresses": "\n".join(addresses), "sender_name": ""}
        name = f"List {start // A_LIST + 1}"
        stream.accounts.append(Account(team_id=stream.team_id, channel="email", name=name, settings=settings))
    db.session.commit()
    return stream


def _composed(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = SENDER, f"reader{number}@example.org"
    message["Subject"], message["Message-ID"] = "Notice 1", f"<{number}@fjordvik.example>"
    message.set_content(TEXT.format(number=1))
    message.add_alternative(f"<p>{TEXT.format(number=1)}</p>", subtype="html")
    return message


def _to_all(database: str, readers: int, alone: float) -> Iterator[str]:
    with installation(database) as place, mail_sink(place.folder) as sink:
        stream = stream_to(readers)
        place.env.update(SLUICE_MAIL_URL=sink.url, SLUICE_MAIL_FROM=SENDER)
        # `up` has one worker of the lane; a second is what `sluice worker --lane mail` adds.
        with up(place), guarded(sluice("worker", "--lane", "mail"), place.folder / "more.log", place.env):
            writing, sending, sizes = _timed(stream, sink, readers)
        recipients = sink.recipients()
    assert len(recipients) == len(set(recipients)) == readers, "each gets one mail"
    rate, growth = readers / sending, sizes[-1] / sizes[0]
    yield (
        f"Sluice on {database}, one post to {readers:,} addresses: all rows after {writing:.1f} s "
        f"({verdict(writing <= GOAL_ROWS)}: {GOAL_ROWS:g} s), all mails after {sending:.1f} s: {rate:,.0f}/s by two "
        f"workers ({verdict(rate >= GOAL_RATE)}: {GOAL_RATE:,}/s), {rate / alone:.2f} × smtplib"
    )
    told = " → ".join(f"{size:.0f}" for size in sizes)
    yield (
        f"  memory of both workers at the first tenth, in the middle, at the last tenth: {told} MB, {growth:.2f} × "
        f"({verdict(growth <= GOAL_GROWTH)}: {GOAL_GROWTH:g} ×)"
    )


def _timed(stream: Stream, sink: MailSink, readers: int) -> tuple[float, float, list[float]]:
    """From the due instant: seconds until all rows are there, and until all mails are; megabytes on the way."""
    due = database_now() + timedelta(seconds=2)
    schedule_posts([stream], [due])
    plan_changed()
    wait_for(lambda: database_now() >= due, "the time of the post")
    began = time.monotonic()
    wait_for(lambda: _rows() >= readers, "all rows", seconds=120, every=0.2)
    writing = time.monotonic() - began
    sizes = []
    for share in (0.1, 0.5, 0.9):
        goal = int(readers * share)
        wait_for(lambda goal=goal: sink.count() >= goal, "mails", seconds=600, every=0.1)
        sizes.append(_memory())
    wait_for(lambda: sink.count() >= readers, "all mails", seconds=600, every=0.1)
    return writing, time.monotonic() - began, sizes


def _rows() -> int:
    found = db.session.scalar(sa.select(sa.func.count()).select_from(Mailing))
    db.session.rollback()
    return found or 0


def _memory() -> float:
    mailing = [pid for pid in descendants(os.getpid()) if name_of(pid) == "worker mail"]
    return sum(map(megabytes, mailing))


def _begin(count: int) -> None:
    """The rows of a delivery that is under way, as its channel writes them."""
    delivery = db.session.scalars(sa.select(Delivery)).one()
    delivery.state, now = "retry", database_now()
    delivery.payload = {"subject": "Notice 1", "text": TEXT, "html": f"<p>{TEXT}</p>", "link": "", "language": "en",
                        "url": "http://127.0.0.1/posts/1"}  # fmt: skip
    db.session.execute(sa.insert(Mailing), [
        {"delivery_id": delivery.id, "address": f"reader{number}@example.org", "next_at": now, "attempts": 0,
         "message_id": f"<{number}@fjordvik.example>", "state": "waiting", "created_at": now}
        for number in range(count)
    ])  # fmt: skip
    db.session.commit()


if __name__ == "__main__":
    for line in run(int(os.environ.get("READERS", READERS))):
        print(line, flush=True)
