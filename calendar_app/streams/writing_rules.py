"""What a stream says about writing for it, checked: the template, the checklist, how links leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from calendar_app.languages import say
from calendar_app.posts.checking import prose
from calendar_app.snippets.beginning import template_named
from calendar_app.streams.models import LINKS_AS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.posts.checking import Findings

FIELDS = ("template", "checklist", "links_as")
CHECKLIST_LIMIT = 2000
MOST_LINES = 20


def columns(changes: Mapping[str, Any], team_id: int | None, found: Findings) -> dict[str, Any]:
    """Values of those that are given; the template depends on the team and is left out without one."""
    values: dict[str, Any] = {}
    if "template" in changes and team_id is not None:
        values["template_id"] = _template(changes["template"], team_id, found)
    if "checklist" in changes:
        values["checklist"] = _checklist(changes["checklist"], found)
    if "links_as" in changes:
        values["links_as"] = str(changes["links_as"] or "written")
        if values["links_as"] not in LINKS_AS:
            found.add("links_as", say("Choose how links leave."))
    return values


def lines_of(checklist: str) -> list[str]:
    """What is to be ticked, line by line."""
    return [line for line in checklist.split("\n") if line]


def _template(value: Any, team_id: int, found: Findings) -> int | None:
    if value in (None, ""):
        return None
    template = template_named(str(value), team_id)
    if template is None:
        found.add("template", say("Your team has no such template. Choose one of its templates, or none."))
    return template.id if template else None


def _checklist(value: Any, found: Findings) -> str:
    """One thing a line; marks of lists before them are taken off."""
    typed = prose(value, "checklist", CHECKLIST_LIMIT, found).split("\n")
    plain = (re.sub(r"^\s*(?:[-*+•]|\[ ?\])\s*", "", line).strip() for line in typed)
    lines = list(dict.fromkeys(line for line in plain if line))
    if len(lines) > MOST_LINES:
        found.add("checklist", say("A checklist has %(most)s lines at most.", most=MOST_LINES))
    return "\n".join(lines)
