"""Writing a post: make it, change it, throw it away. Nothing here goes out by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlalchemy as sa

from calendar_app.channels.models import Account
from calendar_app.errors import Conflict, Refused, Stale
from calendar_app.extensions import database_now, db
from calendar_app.languages import say
from calendar_app.media import attaching
from calendar_app.people.audit import record
from calendar_app.people.models import Audit
from calendar_app.posts import checking, translating
from calendar_app.posts.checking import Findings
from calendar_app.posts.event_following import followed
from calendar_app.posts.locking import lock
from calendar_app.posts.models import TEXT_LIMIT, Place, Post, PostStream
from calendar_app.posts.reviewing import ask_again, need_right_to_change
from calendar_app.posts.scheduling import replan
from calendar_app.posts.showing import readers_see_change, touch_feeds
from calendar_app.posts.state_words import in_a_sentence
from calendar_app.posts.text import clean
from calendar_app.posts.ticking import ticked
from calendar_app.posts.values import values_of, wall_text
from calendar_app.revisions.keeping import keep
from calendar_app.streams.models import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from calendar_app.people.roles import Actor

PLAIN_FIELDS = {"title": checking.title, "text": checking.text, "link": checking.link,
                "language": checking.language, "kind": checking.kind,
                "first_comment": checking.first_comment}  # fmt: skip
MOST_STREAMS = 12
RECORD_TYPING_EVERY = timedelta(minutes=10)


def draft(changes: Mapping[str, Any], *, actor: Actor, now: datetime, uuid: str | None = None) -> Post:
    """A new draft in the session (flushed). `changes` as in `edit`; `streams` is needed.

    `uuid` where the id must be known beforehand: a page may send its draft twice. Raises Refused, NotAllowed.
    """
    streams = streams_named(changes.get("streams") or [], actor)
    team_id = streams[0].team_id
    actor.need("write posts", team_id)
    home = streams[0]
    post = Post(
        uuid=uuid or str(uuid4()), team_id=team_id, author_id=actor.person.id, state="draft",
        language=home.language, timezone=home.timezone, created_at=now, updated_at=now, changed_at=now,
    )  # fmt: skip
    _put_in_streams(post, streams)
    db.session.add(post)
    _apply(post, {key: value for key, value in changes.items() if key != "streams"}, actor)
    db.session.flush()
    keep(post, None, values_of(post), actor=actor, now=now)
    record("post drafted", post.uuid, actor=actor, team_id=team_id, after={"title": post.title})
    return post


def edit(
    post: Post,
    changes: Mapping[str, Any],
    *,
    version: int,
    actor: Actor,
    now: datetime,
    typing: bool = False,
    restored: int | None = None,
) -> None:
    """Change what is given and leave the rest.

    Keys: title, text, link, language, kind, streams (handles, first is home), accounts (ids, or None for the streams'
    own), variants ({account id: {"text": …}}), translations (see `translating.py`),
    event (or None), pictures (see `media/attaching.py`), publish_at,
    timezone, fold.
    A scheduled post keeps its deliveries in step. `typing`: one of many saves while a person writes, of which
    the record keeps one in ten minutes. `restored`: the number of the revision that
    is brought back. Raises Refused, Stale, Conflict, NotAllowed.
    """
    lock(post)
    actor.need("write posts", post.team_id)
    if version != post.version:
        raise Stale(post.version)
    if not post.editable:
        raise Conflict(
            say("This post has been withdrawn and can no longer be changed. Duplicate it instead.")
        )
    need_right_to_change(post, actor)
    before, was, values = _shown(post), post.state, values_of(post)
    old_streams = post.streams
    if "streams" in changes:
        streams = streams_named(changes["streams"], actor, team_id=post.team_id)
        if streams != old_streams:
            _put_in_streams(post, streams)
            need_right_to_change(post, actor)
    _apply(post, {key: value for key, value in changes.items() if key != "streams"}, actor)
    post.version += 1
    post.updated_at = now
    db.session.flush()
    new_values = values_of(post)
    ask_again(post, values, new_values, actor=actor, now=now)
    keep(post, values, new_values, actor=actor, now=now, restored=restored)
    if post.state == "scheduled":
        replan(post, now)
    after = _shown(post)
    if was in {"scheduled", "published"} and before != after:
        readers_see_change(post, now, also=old_streams)
    if not (typing and _just_recorded(post, actor, now)):
        record("post edited", post.uuid, actor=actor, team_id=post.team_id,
               before=_differing(before, after), after=_differing(after, before))  # fmt: skip


def discard(post: Post, *, actor: Actor) -> None:
    """Throw away what never went out. A scheduled post must be taken back first, a published one withdrawn."""
    lock(post)
    actor.need("write posts", post.team_id)
    if post.state in {"published", "withdrawn"}:
        raise Conflict(say("This post has gone out. Withdraw it instead; what was sent stays on record."))
    if post.state == "scheduled":
        raise Conflict(say("This post is scheduled. Take it back to draft first."))
    if post.deliveries and any(row.attempts for row in post.deliveries):
        raise Conflict(say("Parts of this post were sent. It stays on record."))
    record("post discarded", post.uuid, actor=actor, team_id=post.team_id, before=values_of(post))
    if post.called_off_at:
        # Readers' programs still hold it as cancelled: their feeds must notice that it is gone.
        touch_feeds({stream.id for stream in post.streams}, database_now())
    for row in list(post.deliveries):
        db.session.delete(row)
    db.session.flush()
    db.session.delete(post)
    db.session.flush()


def streams_named(handles: Sequence[str], actor: Actor, *, team_id: int | None = None) -> list[Stream]:
    """The streams behind the handles, in order, of one team of the asker. Raises Refused at `streams`."""
    wanted = list(dict.fromkeys(str(handle) for handle in handles))
    if not wanted:
        raise Refused({"streams": say("Choose at least one stream; the first is the post's home.")})
    if len(wanted) > MOST_STREAMS:
        raise Refused({"streams": say("A post can go to %(most)s streams at most.", most=MOST_STREAMS)})
    printable = [handle for handle in wanted if handle.isprintable()]
    rows = db.session.scalars(
        sa.select(Stream).where(
            Stream.handle.in_(printable), Stream.team_id.in_(actor.team_ids), Stream.archived_at.is_(None)
        )
    )
    found = {stream.handle: stream for stream in rows}
    for handle in wanted:
        if handle not in found:
            sentence = say(
                "Your team has no stream “%(handle)s”. Choose one of its streams.", handle=clean(handle)[:60]
            )
            raise Refused({"streams": sentence})
    streams = [found[handle] for handle in wanted]
    if len({stream.team_id for stream in streams} | ({team_id} if team_id else set())) > 1:
        raise Refused({"streams": say("All streams of a post must belong to one team.")})
    return streams


def _put_in_streams(post: Post, streams: Sequence[Stream]) -> None:
    if post.in_streams:
        # Positions are unique per post: the old rows must be gone before the new order is written.
        post.in_streams.clear()
        db.session.flush()
    post.in_streams.extend(PostStream(stream=stream, position=place) for place, stream in enumerate(streams))


def _apply(post: Post, changes: Mapping[str, Any], actor: Actor) -> None:
    found = Findings()
    values: dict[str, Any] = {
        name: check(changes[name], found) for name, check in PLAIN_FIELDS.items() if name in changes
    }
    if "event" in changes:
        values.update(checking.event(changes["event"], found))
    if "publish_at" in changes or "timezone" in changes:
        values.update(_plan(post, changes, found))
        if "event" not in changes and values.get("due_at"):
            values.update(followed(post, values["due_at"]))
    accounts = _accounts(post, changes, found)
    variants = _variants(post, changes, found)
    pictures = attaching.wanted(changes.get("pictures") or (), post.team_id, found)
    own, shown = values.get("language", post.language), pictures if "pictures" in changes else post.pictures
    translations = translating.wanted(
        post, changes.get("translations") or {}, own, found, pictures=[one.media_id for one in shown]
    )
    if {"pictures", "translations"} & changes.keys():
        attaching.need_words(post, shown, translations, found)
    found.settle()
    if "ticked" in changes:
        values["ticked"] = ticked(changes["ticked"], post.streams)
    for name, value in values.items():
        setattr(post, name, value)
    _place(post, accounts, variants, changes)
    translating.put(post, translations)
    if "pictures" in changes:
        attaching.put(post, pictures)


def _plan(post: Post, changes: Mapping[str, Any], found: Findings) -> dict[str, Any]:
    wall = changes.get("publish_at", post.publish_at)
    zone = changes.get("timezone") or post.timezone
    if not post.plannable:
        if (wall_text(wall or ""), zone) != (wall_text(post.publish_at or ""), post.timezone):
            state = in_a_sentence(post.state)
            found.add("publish_at", say("This post has been %(state)s and keeps its time.", state=state))
        return {}
    if not wall:
        if post.state == "scheduled":
            found.add(
                "publish_at",
                say("A scheduled post needs a time. Take it back to draft to leave the time open."),
            )
        checking.zone_known(zone, found, "timezone")
        return {"publish_at": None, "due_at": None, "timezone": zone}
    planned = checking.moment(wall, zone, found, fold=changes.get("fold"))
    if planned is None:
        return {}
    return {"publish_at": planned.wall, "timezone": planned.timezone, "due_at": planned.instant}


def _accounts(post: Post, changes: Mapping[str, Any], found: Findings) -> list[Account] | None:
    ids = changes.get("accounts")
    if ids is None:
        return None
    rows = db.session.scalars(
        sa.select(Account).where(
            Account.id.in_(list(ids)), Account.team_id == post.team_id, Account.deleted_at.is_(None)
        )
    ).all()
    for missing in sorted(set(ids) - {account.id for account in rows}):
        found.add("accounts", _no_account(missing))
    return list(rows)


def _variants(post: Post, changes: Mapping[str, Any], found: Findings) -> dict[int, str | None]:
    given = changes.get("variants") or {}
    ours = set(db.session.scalars(sa.select(Account.id).where(Account.team_id == post.team_id)))
    variants: dict[int, str | None] = {}
    for key, value in given.items():
        if not str(key).isdecimal() or int(key) not in ours:
            found.add("variants", _no_account(str(key)[:20]))
            continue
        raw = (value or {}).get("text")
        variants[int(key)] = checking.prose(raw, f"variants.{key}", TEXT_LIMIT, found) if raw else None
    return variants


def _no_account(number: object) -> str:
    return say("Your team has no account %(number)s. Choose one of its accounts.", number=number)


def _place(
    post: Post, accounts: list[Account] | None, variants: Mapping[int, str | None], changes: Mapping[str, Any]
) -> None:
    if "accounts" in changes:
        post.own_places = accounts is not None
        chosen = {account.id for account in accounts or []}
        for place in list(post.places):
            place.chosen = place.account_id in chosen
        known = {place.account_id for place in post.places}
        post.places.extend(Place(account_id=number, chosen=True) for number in sorted(chosen - known))
    for number, text in variants.items():
        held = next((row for row in post.places if row.account_id == number), None)
        if held is None:
            post.places.append(Place(account_id=number, chosen=False, text=text))
        else:
            held.text = text


def _differing(those: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in those.items() if value != others[name]}


def _just_recorded(post: Post, actor: Actor, now: datetime) -> bool:
    last = db.session.scalars(
        sa.select(Audit).where(Audit.subject == post.uuid).order_by(Audit.id.desc()).limit(1)
    ).first()
    return (
        last is not None
        and last.action in {"post drafted", "post edited"}
        and last.person_id == actor.person.id
        and now - last.at < RECORD_TYPING_EVERY
    )


def _shown(post: Post) -> dict[str, Any]:
    """What a reader can see, for the audit and to know whether feeds must change."""
    return {
        "title": post.title, "text": post.text, "link": post.link, "language": post.language,
        "translations": translating.seen_by_readers(post),
        "streams": [stream.handle for stream in post.streams],
        "due_at": post.due_at.isoformat() if post.due_at else None,
        "event": [
            post.event_starts_at.isoformat() if post.event_starts_at else None,
            post.event_ends_at.isoformat() if post.event_ends_at else None,
            post.event_timezone, post.event_location,
        ],
        "pictures": [[row.name, row.alt, row.medium.credit] for row in post.pictures],
    }  # fmt: skip
