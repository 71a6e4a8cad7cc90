"""What people may send: named fields, each with a limit. Everything else in a form is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from calendar_app.errors import Refused
from calendar_app.times import TimeProblem, known_zone, zone_meant

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCALES = (("en", "English"), ("nb", "Norsk bokmål"), ("sv", "Svenska"))


@dataclass(frozen=True)
class Line:
    """One line of text: blanks around it are cut off. `needed` is the sentence for an empty one."""

    name: str
    most: int
    needed: str = ""
    as_typed: bool = False


EMAIL = Line("email", 254, _l("Write your e-mail address."))
PASSWORD = Line("password", 1000, _l("Write your password."), as_typed=True)
NEW_PASSWORD = Line("password", 1000, _l("Choose a password of at least 12 characters."), as_typed=True)
NAME = Line("name", 120, _l("Write your name, as colleagues know it."))
TIMEZONE = Line("timezone", 64, _l("Write your time zone, such as Europe/Oslo."))
SITE_NAME = Line("site_name", 120, _l("Write the name of your organisation, as readers know it."))
TEAM_NAME = Line("team_name", 120, _l("Give your team a name."))

SIGN_IN = (EMAIL, PASSWORD)
SET_UP = (NAME, TIMEZONE, NEW_PASSWORD)
FIRST_SET_UP = (SITE_NAME, TEAM_NAME, EMAIL, *SET_UP)
PROVE = (PASSWORD,)
PROFILE = (NAME, TIMEZONE, Line("locale", 10, _l("Choose a language.")))
FIRST_PASSWORD = (NEW_PASSWORD,)
CHANGE_PASSWORD = (Line("current", 1000, _l("Write the password you have now."), as_typed=True), NEW_PASSWORD)
INVITATION = (
    Line("email", 254, _l("Write the e-mail address of the person.")),
    Line("role", 16, _l("Choose a role.")),
)
ROLE = (Line("role", 16, _l("Choose a role.")),)
API_TOKEN = (
    Line("token_name", 120, _l("Name the program that will use the key.")),
    Line("scope", 8, _l("Choose “read” or “write”.")),
    Line("days", 4, _l("Choose how long the key lasts.")),
)


def read(form: Mapping[str, object], lines: tuple[Line, ...]) -> dict[str, str]:
    """The named fields of a form. Raises Refused with a sentence for each that will not do."""
    errors: dict[str, str] = {}
    values = {line.name: _value(form, line, errors) for line in lines}
    if "timezone" in values and "timezone" not in errors:
        values["timezone"] = zone_meant(values["timezone"])
        _check_zone(values["timezone"], errors)
    if "locale" in values and values["locale"] not in dict(LOCALES):
        errors["locale"] = _("Choose one of the languages in the list.")
    if errors:
        raise Refused(errors)
    return values


def typed(form: Mapping[str, object], lines: tuple[Line, ...]) -> dict[str, str]:
    """What was typed, to be shown again; never passwords."""
    return {line.name: str(form.get(line.name, ""))[: line.most] for line in lines if not line.as_typed}


def _value(form: Mapping[str, object], line: Line, errors: dict[str, str]) -> str:
    text = form.get(line.name, "")
    text = text if isinstance(text, str) else ""
    text = text if line.as_typed else text.strip()
    if not text and line.needed:
        errors[line.name] = str(line.needed)
    elif len(text) > line.most:
        errors[line.name] = _("Use at most %(most)s characters.", most=line.most)
    elif not line.as_typed and not text.isprintable():
        errors[line.name] = _("Leave out line breaks and control characters.")
    return text


def _check_zone(name: str, errors: dict[str, str]) -> None:
    try:
        known_zone(name)
    except TimeProblem as problem:
        errors["timezone"] = problem.sentence
