"""What followers will see of a post, and when, in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.languages import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.streams.models import Stream

WAYS = ("titles", "times", "nothing", "internal")


def what_followers_see(streams: Sequence[Stream], state: str) -> list[str]:
    """One sentence where all streams show their plans alike, else one for each way, its streams before it."""
    ways = {way: [stream.name for stream in streams if _way(stream) == way] for way in WAYS}
    used = {way: names for way, names in ways.items() if names}
    sentences = {way: _sentence(way, state) for way in used}
    if len(set(sentences.values())) == 1:
        return list(set(sentences.values()))
    return [f"{', '.join(used[way])}: {sentence}" for way, sentence in sentences.items()]


def seen_by_readers(streams: Sequence[Stream]) -> bool:
    """Whether any of the streams has a page and feeds."""
    return any(stream.has_feed for stream in streams)


def planned_entry(streams: Sequence[Stream]) -> str:
    """What of a planned post the calendars of its followers show: `titles`, `times` or `nothing`."""
    ways = {_way(stream) for stream in streams} - {"internal"}
    return next((way for way in WAYS if way in ways), "nothing")


def _way(stream: Stream) -> str:
    return stream.public_schedule if stream.has_feed else "internal"


def _sentence(way: str, state: str) -> str:
    if way == "internal":
        return say("Only your team sees this on Sluice: the stream is internal.")
    if state == "published":
        saved = say(
            "Readers see a change as soon as you save it. Places that have the post keep what was sent."
        )
        return saved
    if state == "withdrawn":
        return say("Readers see that it was withdrawn, no longer its text.")
    return _of_plan(way, say("from now") if state == "scheduled" else say("as soon as this is scheduled"))


def _of_plan(way: str, from_when: str) -> str:
    if way == "titles":
        seen = say(
            "Followers will see the title in their calendar %(from_when)s, marked “planned”. ",
            from_when=from_when,
        )
        return seen + say("The text is shown when it is sent.")
    if way == "times":
        seen = say(
            "Followers will see %(from_when)s that something is planned and when, not what. ",
            from_when=from_when,
        )
        return seen + say("Title and text are shown when it is sent.")
    return say("Followers will see nothing of it until it is sent.")
