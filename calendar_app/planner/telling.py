"""What a step in the calendar did, in a sentence or two: first what was done, then by name what stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.languages import both, say, say_count

if TYPE_CHECKING:
    from calendar_app.planner.stepping import Outcome

# With their reasons; of the others the names alone.
MOST_REASONS = 3
MOST_NAMES = 20


def in_words(outcome: Outcome) -> str:
    """One post that refuses alone needs no name: its reason is the answer."""
    done, stayed = outcome
    if not done and len(stayed) == 1:
        return stayed[0].sentence
    said = []
    if len(done) == 1:
        said.append(done[0].sentence or counted({done[0].act.do}, 1))
    elif done:
        said.append(counted({one.act.do for one in done}, len(done)))
    said += [say("“%(title)s”: %(why)s", title=one.title, why=one.sentence) for one in stayed[:MOST_REASONS]]
    if rest := [f"“{one.title}”" for one in stayed[MOST_REASONS : MOST_REASONS + MOST_NAMES]]:
        said.append(say("These stay as they are, too: %(titles)s.", titles=both(rest)))
    return " ".join(said) or say("Choose posts first.")


def counted(doings: set[str], number: int) -> str:
    """For any number of posts to which the same was done; otherwise they went back to where each was."""
    do = doings.pop() if len(doings) == 1 else ""
    if do == "review":
        return say_count("%(num)d post was sent for review.", "%(num)d posts were sent for review.", number)
    if do == "approve":
        return say_count("%(num)d post was approved.", "%(num)d posts were approved.", number)
    if do in {"schedule", "again"}:
        return say_count("%(num)d post was scheduled.", "%(num)d posts were scheduled.", number)
    if do == "draft":
        return say_count("%(num)d post is a draft again.", "%(num)d posts are drafts again.", number)
    if do == "open":
        return say_count("%(num)d post has no time any more.", "%(num)d posts have no time any more.", number)
    if do == "stream":
        return say_count(
            "%(num)d post is in another stream now.", "%(num)d posts are in another stream now.", number
        )
    if do == "move":
        return say_count("%(num)d post was moved.", "%(num)d posts were moved.", number)
    if do == "copy":
        return say_count(
            "%(num)d post was duplicated, as a draft.", "%(num)d posts were duplicated, as drafts.", number
        )
    if do == "remove":
        return say_count("%(num)d post was thrown away.", "%(num)d posts were thrown away.", number)
    if do == "restore":
        return say_count("%(num)d post is back.", "%(num)d posts are back.", number)
    return say_count("%(num)d post is as it was.", "%(num)d posts are as they were.", number)
