"""Which language a page speaks: the member's own, else what the reader's browser asks for."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import flask_babel
from babel import Locale, UnknownLocaleError, dates, numbers
from flask import g, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask, Response

LANGUAGES = ("en", "nb", "sv")
# Languages that streams and posts are often in; any other has its code.
OF_POSTS = ("en", "nb", "nn", "sv", "da", "fi", "is", "se", "de", "fr", "es", "pl", "uk", "ar", "so")
# Browsers say "no" or "nn" for Norwegian; bokmål is what we have.
KIN = {"no": "nb", "nn": "nb"}
# In Norwegian the number of a day before its month is an ordinal: “1. desember”.
DAY_BEFORE_MONTH = re.compile(r"\b(d) (?=M)")
# Doors that never ask who is there: their answers are the same for all who speak a language.
FOR_READERS = {"public", "feeds", "health", "mail", "outsiders", None}
# Programs read the sentences of the API, and its documents show them: always the same ones.
FOR_PROGRAMS = "/api/"


def register(app: Flask) -> None:
    """Give templates `spoken()`, `in_words(…)`, `say(…)`, filters `capital`, `retell`; choose anew at each request.

    Caches are told that pages differ by language.
    """
    from calendar_app.reasons import retell

    app.jinja_env.globals.update(spoken=spoken, in_words=in_words, say=say, grouped=grouped,
                                 language_name=language_name)  # fmt: skip
    app.jinja_env.filters.update(capital=capital, retell=retell)
    # A page asks some hundred times: at once, not by way of a name that asks for another.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]

    @app.before_request
    def anew() -> None:
        # A context may outlive one request (tests, shells).
        flask_babel.refresh()

    @app.after_request
    def differs(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        return response


def _catalogue() -> Any:
    """The sentences of the language that is spoken, looked for again only where that has changed."""
    language = flask_babel.get_locale()
    if language is None:
        return flask_babel.get_translations()
    known = g.get("catalogue")
    if known is None or known[0] is not language:
        known = g.catalogue = language, flask_babel.get_translations()
    return known[1]


def say(sentence: str, **values: object) -> str:
    """The sentence, with its %(places)s filled in, in the language of whoever asks.

    English for programs, and where nobody asks: in jobs, commands and tests. For sentences that are read at
    once; what is kept in the database is kept in English.
    """
    return str(flask_babel.gettext(sentence, **values))


def say_count(one: str, many: str, number: int, **values: object) -> str:
    """As `say`, one sentence for one and another for many; `%(num)d` is the number."""
    return str(flask_babel.ngettext(one, many, number, **values))


def say_later(sentence: str) -> str:
    """The sentence as it is, marked for translation: whoever shows it says it in the language of the page."""
    return sentence


def spoken() -> str:
    """The language of this answer, one of LANGUAGES."""
    return str(flask_babel.get_locale() or "en")


def language_name(code: str) -> str:
    """What a language calls itself: `norsk bokmål`; one that nobody knows, by its code."""
    try:
        return Locale.parse(code, sep="-").get_display_name() or code
    except (UnknownLocaleError, ValueError):
        return code


def language_meant(text: str) -> str:
    """The code of a language that somebody names: `norsk`, `Swedish`; any other text as it is, blanks cut off."""
    return _codes_by_name().get(text.strip().casefold(), text.strip())


@cache
def _codes_by_name() -> dict[str, str]:
    """What the languages of posts are called in those that pages speak, and what each calls itself."""
    names = {
        str(name).casefold(): code
        for page in LANGUAGES
        for code, name in Locale.parse(page).languages.items()
        if code in OF_POSTS
    }
    names |= {language_name(code).casefold(): code for code in OF_POSTS}
    # Whoever says no more than “Norwegian” means what most write.
    return names | dict.fromkeys(("norsk", "norwegian", "norska", "bokmål"), "nb") | {"nynorsk": "nn"}


def in_words(when: date, pattern: str = "d MMMM y") -> str:
    """A day, or a wall clock time with its day, written as Babel's `pattern` says: `1 December 2026`."""
    language = spoken()
    if language == "nb":
        pattern = DAY_BEFORE_MONTH.sub(r"\1. ", pattern)
    write = dates.format_datetime if isinstance(when, datetime) else dates.format_date
    return str(write(when, pattern, locale=Locale.parse(language)))


def either(words: Sequence[str]) -> str:
    """`a or b or c`."""
    between = say("or")
    return f" {between} ".join(words)


def both(words: Sequence[str]) -> str:
    """`a and b and c`."""
    between = say("and")
    return f" {between} ".join(words)


def grouped(number: int) -> str:
    """`50,000`."""
    return str(numbers.format_decimal(number, locale=Locale.parse(spoken())))


def capital(text: str) -> str:
    """With a capital letter at its beginning: Norwegian and Swedish write months and weekdays small."""
    return text[:1].upper() + text[1:]


def choose_language() -> str:
    """One of LANGUAGES, for Flask-Babel. Without a request (commands, jobs) it is English."""
    if not has_request_context() or request.path.startswith(FOR_PROGRAMS):
        return "en"
    return _own_language() or _asked_for()


def _own_language() -> str | None:
    if request.blueprint in FOR_READERS:
        return None
    from calendar_app.people.signing_in import actor_or_none

    try:
        actor = actor_or_none()
        locale = actor.person.locale if actor else None
    except SQLAlchemyError:
        # The page that tells that the database is away must still find its words.
        return None
    return locale if locale in LANGUAGES else None


def _asked_for() -> str:
    """The first that the browser names, whatever its country: en-GB before nb is English."""
    for tag, quality in request.accept_languages:
        main = tag.lower().partition("-")[0]
        language = KIN.get(main, main)
        if quality > 0 and language in LANGUAGES:
            return language
    return "en"
