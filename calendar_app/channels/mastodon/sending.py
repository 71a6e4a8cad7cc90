"""Posting the parts of a thread one after the other, and taking them back.

Each part carries a key of its own. Mastodon knows a key for an hour, other servers not at all: after an attempt
whose end nobody knows, the account's statuses are read back first.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from calendar_app.channels import posting
from calendar_app.channels.adapter import NotSent, Rejected, Sent, Trouble, Unclear
from calendar_app.channels.mastodon import line as lines
from calendar_app.channels.mastodon import media, reading, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.channels.adapter import Parcel
    from calendar_app.channels.mastodon.line import Line


def publish(line: Line) -> Sent:
    """Post what is not there yet. Raises a Trouble whose notes let the next attempt go on from where this ended."""
    progress = _Progress(line.parcel)
    try:
        _take_back_older_text(progress, line)
        if line.parcel.ambiguous and len(progress.parts) > 1:
            progress.add(*reading.standing(line, progress.done))
        pictures = [] if progress.done else media.uploaded(line, progress.media)
        for number in range(len(progress.done), len(progress.parts)):
            before = progress.done[-1] if progress.done else None
            status = writing.status(line.parcel.payload, number, media=pictures, before=before)
            progress.add(_post(line, progress.key(number), status))
            if number + 1 < len(progress.parts):
                line.call.note(progress.notes())
    except Trouble as trouble:
        raise progress.told_by(trouble) from trouble
    return progress.sent()


def look(line: Line) -> Sent | None:
    """Whether all parts are there. What is there of a thread is found again by `publish`."""
    progress = _Progress(line.parcel)
    if progress.outdated:
        return None
    progress.add(*reading.standing(line, progress.done))
    return progress.sent() if len(progress.done) == len(progress.parts) else None


def withdraw(line: Line) -> Sent:
    """Delete each part, the last one first; what is not there any more is done. Raises a Trouble."""
    published = line.parcel.published
    notes = published.get("notes") or {}
    ids = [str(one) for one in notes.get("parts", ())] or [str(published.get("external_id") or "")]
    if not all(ids):
        raise Rejected("Sluice does not know which message this was. Delete it where it stands.")
    for number, status in enumerate(reversed(ids)):
        _delete(line, line.parcel.key if number == 0 else f"{line.parcel.key}-{number}", status)
    return Sent(external_id=ids[0])


class _Progress:
    """What earlier attempts have reached, and this one so far. `done` are the ids of the parts that stand."""

    def __init__(self, parcel: Parcel) -> None:
        notes = parcel.notes
        self.parcel, self.parts = parcel, parcel.payload["parts"]
        self.mark = hashlib.sha256(json.dumps(self.parts).encode()).hexdigest()[:16]
        self.done = [str(one) for one in notes.get("parts", ())]
        self.address = str(notes.get("address") or "")
        self.media: dict[str, Any] = dict(notes.get("media") or {})
        self.round = int(notes.get("round") or 0)
        self.of = str(notes.get("mark") or self.mark)

    @property
    def outdated(self) -> bool:
        """Whether what stands there is of a text that was changed since."""
        return bool(self.done) and self.of != self.mark

    def key(self, number: int) -> str:
        """The same for the same part at every attempt; another once an older text has been taken back."""
        if number == 0 and self.round == 0:
            return self.parcel.key
        return f"{self.parcel.key}-{self.round}-{number}"

    def add(self, *statuses: Mapping[str, Any]) -> None:
        for status in statuses:
            if not self.done:
                address = status.get("url") or status.get("uri")
                self.address = address if isinstance(address, str) and address.startswith("http") else ""
            self.done.append(str(status["id"]))

    def sent(self) -> Sent:
        return Sent(self.done[0], self.address[:2000], self.notes())

    def notes(self) -> dict[str, Any]:
        return {
            "parts": self.done, "address": self.address, "media": self.media, "round": self.round,
            "mark": self.of if self.outdated else self.mark,
        }  # fmt: skip

    def told_by(self, trouble: Trouble) -> Trouble:
        """With a part already there, "certainly nothing arrived" would be untrue: the rest must follow unchanged."""
        trouble.notes.update(self.notes())
        if not self.done or self.outdated:
            return trouble
        reason = f"{trouble.reason} {len(self.done)} of {len(self.parts)} parts are there already."
        kind = Unclear if isinstance(trouble, NotSent) else type(trouble)
        return kind(reason, after=trouble.after, notes=trouble.notes)


def _take_back_older_text(progress: _Progress, line: Line) -> None:
    if not progress.outdated:
        return
    while progress.done:
        _delete(line, f"{progress.key(len(progress.done))}-back", progress.done[-1])
        progress.done.pop()
    # The keys of the older text may still stand for it.
    progress.round += 1
    progress.media.clear()


def _post(line: Line, key: str, status: Mapping[str, Any]) -> dict[str, Any]:
    """The status as it stands on the server. A 200 proves nothing by itself: it must name it, and hold its words."""
    answer = line.publish(key, "/api/v1/statuses", status)
    told = posting.told(answer)
    if answer.status == 404 and "in_reply_to_id" in status:
        raise Rejected("An earlier part of this thread was deleted on the server.")
    if not lines.good(answer):
        raise lines.trouble(answer, line.call)
    posting.named(told.get("id"))
    if status["status"] and not told.get("content"):
        raise Rejected("The server took the post and shows it without its text. Look at it there.")
    return told


def _delete(line: Line, key: str, status: str) -> None:
    answer = line.delete(key, f"/api/v1/statuses/{status}")
    if answer.status not in {404, 410} and not lines.good(answer):
        raise lines.harmless_trouble(answer, line.call)
