"""Warnings beside a post: what, why, and one way out. They never block; what blocks is said at the button."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calendar_app.languages import both, language_name, say, say_count
from calendar_app.media import rights
from calendar_app.planner.clock_change import clock_change
from calendar_app.posts import saying
from calendar_app.posts.audience import seen_by_readers
from calendar_app.posts.crowded import Caution, timing
from calendar_app.posts.ticking import still_open
from calendar_app.posts.wording import all_words
from calendar_app.reasons import retell
from calendar_app.times import to_wall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from calendar_app.channels.models import Account
    from calendar_app.posts.models import Post
    from calendar_app.posts.wording import Words
    from calendar_app.streams.models import Stream

# Open lines of checklists that are named.
MOST_LINES = 3
SOON = timedelta(minutes=2)


def cautions(
    post: Post, *, streams: Sequence[Stream], accounts: Sequence[Account], hold: str | None, now: datetime
) -> list[Caution]:
    """For the post as it stands on the page (it may not be stored so, or at all)."""
    found = [*_held(hold), *_nobody(streams, accounts), *_places_out_of_order(accounts)]
    found += _pictures(post, now)
    found += _checklist(post, streams)
    if post.due_at is not None and post.plannable:
        found += [
            *_soon(post, now),
            *timing(post, streams=streams, accounts=accounts, now=now),
            *_clocks_change(post, now),
        ]
    return found


def passed(post: Post, now: datetime) -> Caution | None:
    """That its time lies behind us: said at the field where it is set."""
    if post.due_at is None or not post.plannable or post.due_at > now or post.state == "scheduled":
        return None
    return Caution(
        say("This time has passed."),
        say(
            "It was %(distance)s. Choose a later time, or publish now.",
            distance=saying.distance(post.due_at, now),
        ),
    )


def _held(hold: str | None) -> Iterator[Caution]:
    if hold:
        yield Caution(say("Nothing goes out at the moment."), retell(hold))


def _nobody(streams: Sequence[Stream], accounts: Sequence[Account]) -> Iterator[Caution]:
    if streams and not accounts and not seen_by_readers(streams):
        yield Caution(
            say("Nobody outside your team would get this."),
            say("Its streams are internal and no account is chosen. Choose an account, or a public stream."),
        )


def _places_out_of_order(accounts: Sequence[Account]) -> Iterator[Caution]:
    for account in accounts:
        if account.state != "ok":
            yield Caution(
                say("“%(name)s” is out of order.", name=account.name),
                (retell(account.state_reason) or say("It takes nothing at the moment."))
                + " "
                + say("The post waits there until the account is connected again."),
                "/accounts",
                say("See the account"),
            )


def _pictures(post: Post, now: datetime) -> Iterator[Caution]:
    if post.plannable:
        for sentence in rights.lapsed(post, post.due_at or now).values():
            yield Caution(say("A picture may not be shown any more by then."), sentence)
    silent = sum(not row.alt for row in post.pictures)
    if silent:
        yield Caution(
            say_count("A picture has no words.", "%(num)d pictures have no words.", silent),
            say("Those who do not see it learn nothing of it. Say in a sentence what it shows."),
        )
    if untold := [words.language for words in all_words(post)[1:] if _falls_back(post, words)]:
        names = both([language_name(code) for code in untold])
        yield Caution(
            say("The words for pictures are missing in %(names)s.", names=names),
            say("Who reads the post in it and does not see the picture hears the post's own words."),
        )


def _falls_back(post: Post, words: Words) -> bool:
    return any(row.alt and not words.alts.get(str(row.media_id)) for row in post.pictures)


def _checklist(post: Post, streams: Sequence[Stream]) -> Iterator[Caution]:
    left = still_open(post.ticked, streams) if post.plannable else []
    if left:
        yield Caution(
            say_count("One thing is not ticked yet.", "%(num)d things are not ticked yet.", len(left)),
            " · ".join(left[:MOST_LINES]) + (" …" if len(left) > MOST_LINES else ""),
        )


def _soon(post: Post, now: datetime) -> Iterator[Caution]:
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    if post.state == "scheduled" and now < post.due_at < now + SOON:
        yield Caution(
            say("It goes out %(distance)s.", distance=saying.distance(post.due_at, now)),
            say("What is saved by then is sent. Take it back to draft if you need longer."),
        )


def _clocks_change(post: Post, now: datetime) -> Iterator[Caution]:
    """The clocks of the post's zone change in the days around it."""
    assert post.due_at is not None  # noqa: S101  (asked by the caller)
    zone = post.timezone or "UTC"
    day = to_wall(post.due_at, zone).date()
    change = clock_change(zone, day - timedelta(days=day.weekday()), day + timedelta(days=7 - day.weekday()))
    if change is not None:
        way = say("forward") if change.minutes > 0 else say("back")
        yield Caution(
            say("The clocks change that week."),
            say(
                "In %(zone)s they go %(way)s by %(minutes)s minutes on %(day)s. "
                "This post keeps the time that the clock shows.",
                zone=zone, way=way, minutes=abs(change.minutes), day=change.day.isoformat(),
            ),
        )  # fmt: skip
