"""A cadence in bokmål and Swedish: “hver tirsdag og fredag kl. 09:00”. What is written can be read again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calendar_app.streams.rules import Rule

WORKING_DAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Tongue:
    """How one language says a rule. `{n}` is a number, `{ending}` what an ordinal of Swedish ends in."""

    days: Sequence[str]
    months: Sequence[str]
    which: Mapping[int, str]
    every: Mapping[str, str]
    every_n: Mapping[str, str]
    weekday: str
    month_day: str
    last_day: str
    nth_day: str
    each: str
    between: str
    in_months: str
    since: str
    # Other words of the language, each with the English word that stands for it in `wording.py`.
    others: Mapping[str, str] = field(default_factory=dict)


BOKMAAL = Tongue(
    days=("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    months=(
        *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober"),
        *("november", "desember"),
    ),
    which={1: "første", 2: "andre", 3: "tredje", 4: "fjerde", 5: "femte", -1: "siste"},
    every={"DAILY": "hver dag", "WEEKLY": "hver uke", "MONTHLY": "hver måned", "YEARLY": "hvert år"},
    every_n={
        "DAILY": "hver {n}. dag",
        "WEEKLY": "hver {n}. uke",
        "MONTHLY": "hver {n}. måned",
        "YEARLY": "hvert {n}. år",
    },
    weekday="hver hverdag",
    month_day="den {n}.",
    last_day="siste dag",
    nth_day="{which} {day}",
    each="hver",
    between="og",
    in_months="i",
    since="fra",
    others={
        "alle": "every", "annenhver": "every other", "annethvert": "every other", "annahver": "every other",
        "dagen": "day", "dager": "days", "uka": "week", "uken": "week", "uker": "weeks",
        "måneden": "month", "måneder": "months", "året": "year", "hverdager": "weekdays",
        "virkedag": "weekday", "virkedager": "weekdays", "ukedag": "weekday", "ukedager": "weekdays",
        "helg": "weekend", "helgen": "weekend", "helger": "weekends",
        "daglig": "daily", "ukentlig": "weekly", "månedlig": "monthly", "årlig": "yearly",
        "klokka": "at", "klokken": "at", "på": "on", "man": "monday", "tir": "tuesday", "tirs": "tuesday",
        "ons": "wednesday", "tor": "thursday", "tors": "thursday", "fre": "friday", "lør": "saturday",
        "søn": "sunday",
    },
)  # fmt: skip
SWEDISH = Tongue(
    days=("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    months=(
        *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober"),
        *("november", "december"),
    ),
    which={1: "första", 2: "andra", 3: "tredje", 4: "fjärde", 5: "femte", -1: "sista"},
    every={"DAILY": "varje dag", "WEEKLY": "varje vecka", "MONTHLY": "varje månad", "YEARLY": "varje år"},
    every_n={
        "DAILY": "var {n}:{ending} dag",
        "WEEKLY": "var {n}:{ending} vecka",
        "MONTHLY": "var {n}:{ending} månad",
        "YEARLY": "vart {n}:{ending} år",
    },
    weekday="varje vardag",
    month_day="den {n}:{ending}",
    last_day="sista dagen",
    nth_day="{which} {day}en",
    each="varje",
    between="och",
    in_months="i",
    since="från",
    others={
        "alla": "every", "varannan": "every other", "vartannat": "every other",
        "dagar": "days", "veckan": "week", "veckor": "weeks", "månaden": "month",
        "månader": "months", "året": "year", "vardagar": "weekdays", "helg": "weekend", "helger": "weekends",
        "dagligen": "daily", "veckovis": "weekly", "månadsvis": "monthly", "månatligen": "monthly",
        "årligen": "yearly", "klockan": "at", "på": "on", "mån": "monday", "tis": "tuesday", "ons": "wednesday",
        "tors": "thursday", "tor": "thursday", "fre": "friday", "lör": "saturday", "sön": "sunday",
    },
)  # fmt: skip
TONGUES: Mapping[str, Tongue] = {"nb": BOKMAAL, "sv": SWEDISH}

ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
ENGLISH_WHICH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_ORDINAL = re.compile(r"([0-9]{1,2})(?:\.|:[ae])")
_POINT = re.compile(r"\b([0-9]{1,2})\.([0-9]{2})\b")
_CLOCK = re.compile(r"\bkl\.?(?= )")
_OF_THE_MONTH = re.compile(r" i (?:måneden|månaden)(?= )")


def in_english(text: str) -> str:
    """The words of a cadence as English has them; text without a word of another language as it is."""
    words = " ".join(text.casefold().replace(",", " ").split())
    if not any(word in FOREIGN for word in words.split()) and not _CLOCK.search(words):
        return text
    words = _CLOCK.sub("at", _POINT.sub(r"\1:\2", words))
    monthly = _OF_THE_MONTH.search(words)
    words = _OF_THE_MONTH.sub("", words)
    found = " ".join(FOREIGN.get(word) or _ORDINAL.sub(r"\1", word) for word in words.split())
    if monthly and not found.startswith(("every", "monthly")):
        return f"monthly {found}"
    return found


def write(rule: Rule, language: str) -> str:
    """The rule in words of that language, which `in_english` makes readable again."""
    tongue = TONGUES[language]
    times = _joined([f"{time // 60:02d}:{time % 60:02d}" for time in rule.times], tongue)
    start = f" {tongue.since} {rule.start.isoformat()}" if rule.start else ""
    return f"{_days(rule, tongue)} kl. {times}{start}"


def _days(rule: Rule, tongue: Tongue) -> str:
    months = _joined([tongue.months[month - 1] for month in rule.months], tongue)
    within = f" {tongue.in_months} {months}" if months else ""
    if rule.frequency == "DAILY":
        return _every("DAILY", rule.interval, tongue) + within
    if rule.frequency == "WEEKLY":
        return _week(rule, tongue) + within
    frequency = "YEARLY" if rule.frequency == "YEARLY" or (months and rule.interval == 1) else "MONTHLY"
    days = [
        *(_month_day(day, tongue) for day in rule.month_days),
        *(_nth(one, tongue) for one in rule.weekdays),
    ]
    if len(rule.months) == 1 and len(rule.month_days) == 1 and rule.month_days[0] > 0:
        # A birthday: “hvert år 1. mars”, “varje år den 1 mars”.
        day = str(rule.month_days[0])
        date = f"{day}. {months}" if tongue is BOKMAAL else f"den {day} {months}"
        return f"{_every(frequency, rule.interval, tongue)} {date}"
    return f"{_every(frequency, rule.interval, tongue)} {_joined(days, tongue)}{within}"


def _week(rule: Rule, tongue: Tongue) -> str:
    days = _joined([tongue.days[day] for _, day in rule.weekdays], tongue)
    if rule.interval > 1:
        return f"{_every('WEEKLY', rule.interval, tongue)} på {days}"
    if tuple(day for _, day in rule.weekdays) == WORKING_DAYS:
        return tongue.weekday
    return f"{tongue.each} {days}"


def _every(frequency: str, interval: int, tongue: Tongue) -> str:
    if interval == 1:
        return tongue.every[frequency]
    return tongue.every_n[frequency].format(n=interval, ending=_ending(interval))


def _month_day(day: int, tongue: Tongue) -> str:
    return tongue.last_day if day < 0 else tongue.month_day.format(n=day, ending=_ending(day))


def _nth(one: tuple[int, int], tongue: Tongue) -> str:
    which, day = one
    return tongue.nth_day.format(which=tongue.which[which], day=tongue.days[day])


def _ending(number: int) -> str:
    return "a" if number % 10 in (1, 2) and number not in (11, 12) else "e"


def _joined(words: Sequence[str], tongue: Tongue) -> str:
    """`a`, `a og b`, `a, b og c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {tongue.between} {words[-1]}"


def _foreign(tongue: Tongue) -> dict[str, str]:
    days = {
        name + ending: english
        for name, english in zip(tongue.days, ENGLISH_DAYS, strict=True)
        for ending in ("", "en", "er", "ar", "ene", "arna")
    }
    months = dict(zip(tongue.months, ENGLISH_MONTHS, strict=True))
    which = {word: ENGLISH_WHICH[number] for number, word in tongue.which.items()}
    small = {
        "dag": "day", "dagen": "day", "uke": "week", "vecka": "week", "måned": "month", "månad": "month",
        "år": "year", "hverdag": "weekday", "vardag": "weekday",
        "hver": "every", "hvert": "every", "varje": "every", "var": "every", "vart": "every",
        "og": "and", "och": "and", "i": "in", "den": "the", "fra": "from", "från": "from",
    }  # fmt: skip
    return {**days, **months, **which, **small, **tongue.others}


# Words that English has too (august) mean the same in all.
FOREIGN = {
    word: english
    for tongue in TONGUES.values()
    for word, english in _foreign(tongue).items()
    if word not in ENGLISH_MONTHS
}
