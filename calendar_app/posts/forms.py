"""What a browser sends of a post, as a form or as JSON, turned into its values (see `values.py`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import abort, request

from calendar_app.errors import Refused
from calendar_app.languages import say, say_later
from calendar_app.posts.checking import LANGUAGE
from calendar_app.posts.values import WORDS, wall_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.datastructures import MultiDict

# A post and its variants at full length, in the widest spelling that a browser may choose for them.
LONGEST_BODY = 8 * 1024 * 1024
MOST_FIELDS = 10_000
LARGEST_ID = 2**31 - 1
# Far more than a team has; each becomes a parameter of a query.
MOST_LISTED = 1000
LONGEST_CODE = 40
PICTURE = re.compile(r"[1-9][0-9]{0,9}")
# The parts of a translation.
TRANSLATED = ("title", "text", "first_comment", "alts")
# Stands for a language that has not been said.
SPARE = "0"
MALFORMED = say_later(
    "This was not sent in the way this page sends it. Load the page again; what you wrote is kept."
)


def allow_long_texts(_endpoint: str | None, _values: Any) -> None:
    """Before a form is read for the first time: a long text in a wide script fills more than the usual limit."""
    request.max_content_length = request.max_form_memory_size = LONGEST_BODY
    if (
        request.mimetype == "application/x-www-form-urlencoded"
        and request.get_data().count(b"&") > MOST_FIELDS
    ):
        # Before anybody has been asked who they are: millions of empty fields fill the memory, not the page.
        abort(413)


def version_in(sent: Mapping[str, Any]) -> int:
    """The version of the post that the page shows. Raises Refused."""
    text = str(sent.get("version"))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused({"form": say("This page did not say which version it shows. Load it again.")})
    return int(text)


def from_form(form: MultiDict[str, str]) -> dict[str, Any]:
    """The values of those parts that the form has; a free slot that was pressed takes the place of the plan.

    Raises Refused for what no form of ours sends.
    """
    handles = list(dict.fromkeys(form.getlist("stream")))
    home = form.get("home")
    if home in handles:
        handles = [home, *(handle for handle in handles if handle != home)]
    variants = {
        name.removeprefix("variant_"): {"text": _lines(text)}
        for name, text in form.items()
        if name.startswith("variant_")
    }
    body: dict[str, Any] = {name: _lines(form[name]) for name in WORDS if name in form}
    if "title" in form:
        body["streams"] = handles
    if "places" in form:
        body.update(accounts=form.getlist("account") if form["places"] == "own" else None, variants=variants)
    if "translations" in form:
        body["translations"] = _translations_in(form)
    if "event_location" in form:
        body["event"] = _event_in(form) if form.get("has_event") else None
    if "pictures" in form:
        body["pictures"] = [_picture_in(form, number) for number in form.getlist("picture")]
    if "checklist" in form:
        body["ticked"] = form.getlist("ticked")
    if "publish_date" in form:
        moment = _joined(form["publish_date"], form.get("publish_time"))
        body.update(publish_at=moment, timezone=form.get("timezone", ""), fold=form.get("fold"))
    slot = form.get("slot", "").split("|")
    if len(slot) == 3:
        body.update(publish_at=slot[0], timezone=slot[1], fold=slot[2])
    return from_json(body)


def from_json(body: Any) -> dict[str, Any]:
    """Those values of a body that it holds, each of the kind that drafting expects. Raises Refused."""
    if not isinstance(body, dict):
        raise Refused({"form": say(MALFORMED)})
    readers = {
        **dict.fromkeys((*WORDS, "timezone"), _text),
        "streams": _handles, "accounts": _ids, "variants": _variants, "event": _event,
        "publish_at": _wall, "fold": _fold, "pictures": _pictures, "ticked": _ticked,
        "translations": _translations,
    }  # fmt: skip
    return {name: read(body[name]) for name, read in readers.items() if name in body}


def _translations_in(form: MultiDict[str, str]) -> dict[str, dict[str, Any]]:
    """Each language has its fields; those of the spare one say themselves which language they are in."""
    found, alts = {}, _alts_in(form)
    for code in form.getlist("tongue"):
        words: dict[str, Any] = {
            part: _lines(form.get(f"tongue_{part}_{code}", "")) for part in TRANSLATED if part != "alts"
        }
        words["alts"] = alts.get(code, {})
        said = form.get("tongue_code", "").strip()
        found[said if code == SPARE and LANGUAGE.fullmatch(said) else code] = words
    return {code: words for code, words in found.items() if any(words.values())}


def _alts_in(form: MultiDict[str, str]) -> dict[str, dict[str, str]]:
    """By language and picture, in one walk over the fields however many languages there are."""
    found: dict[str, dict[str, str]] = {}
    for name in form:
        code, _, number = name.removeprefix("tongue_alt_").rpartition("_")
        if name.startswith("tongue_alt_") and form[name].strip():
            found.setdefault(code, {})[number] = _lines(form[name])
    return found


def _event_in(form: Mapping[str, str]) -> dict[str, str]:
    return {
        "starts_at": _joined(form.get("event_start_date"), form.get("event_start_time")),
        "ends_at": _joined(form.get("event_end_date"), form.get("event_end_time")),
        "timezone": form.get("event_timezone", ""),
        "location": form.get("event_location", ""),
    }


def _picture_in(form: Mapping[str, str], number: str) -> dict[str, str]:
    """One tile; a browser without scripts sends all of its fields too."""
    parts = ("alt", "focus_x", "focus_y", "crop", "rights", "licensed_until", "credit")
    given = {name: form[f"picture_{name}_{number}"] for name in parts if f"picture_{name}_{number}" in form}
    return {"media": number, **given}


def _joined(day: str | None, clock: str | None) -> str:
    """Half a moment stays half a moment: checking says which half is missing."""
    return f"{day or ''}T{clock or ''}" if day or clock else ""


def _lines(text: str) -> str:
    """Browsers send CRLF; a comparison with what is stored must not see that."""
    return text.replace("\r\n", "\n")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused({"form": say(MALFORMED)})
    return value


def _wall(value: Any) -> str:
    return wall_text(_text(value).strip())


def _handles(value: Any) -> list[str]:
    """No handle of ours holds what cannot be printed, and databases do not take all of it in a question."""
    return [handle for handle in dict.fromkeys(map(_text, _list(value))) if handle.isprintable()]


def _ticked(value: Any) -> list[str]:
    return [_text(line)[:2000] for line in _list(value)]


def _ids(value: Any) -> list[int] | None:
    return None if value is None else sorted({_id(number) for number in _list(value)})


def _id(value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[1-9][0-9]{0,9}", text) or int(text) > LARGEST_ID:
        raise Refused({"accounts": say("Choose accounts of your team.")})
    return int(text)


def _list(value: Any) -> Iterable[Any]:
    if not isinstance(value, list) or len(value) > MOST_LISTED:
        raise Refused({"form": say(MALFORMED)})
    return value


def _variants(value: Any) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in _list([*value.values()])):
        raise Refused({"form": say(MALFORMED)})
    texts = {str(_id(number)): _text(one.get("text")) for number, one in value.items()}
    return {number: {"text": text} for number, text in texts.items()}


def _translations(value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in _list([*value.values()])):
        raise Refused({"form": say(MALFORMED)})
    return {code: _translation(one) for code, one in value.items() if len(code) <= LONGEST_CODE}


def _translation(one: Mapping[str, Any]) -> dict[str, Any]:
    alts = one.get("alts") or {}
    if not isinstance(alts, dict) or not all(map(PICTURE.fullmatch, _list([*alts]))):
        raise Refused({"form": say(MALFORMED)})
    return {
        **{part: _text(one.get(part)) for part in TRANSLATED if part != "alts"},
        "alts": {number: _text(text) for number, text in alts.items()},
    }


def _event(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused({"form": say(MALFORMED)})
    return {
        "starts_at": _wall(value.get("starts_at")),
        "ends_at": _wall(value.get("ends_at")),
        "timezone": _text(value.get("timezone")),
        "location": _text(value.get("location")),
    }


def _pictures(value: Any) -> list[dict[str, Any]]:
    """In the shape of `media/attaching.py`: ids and shares as numbers, the rest as text."""
    found = []
    for one in _list(value):
        if not isinstance(one, dict) or not PICTURE.fullmatch(str(one.get("media"))):
            raise Refused({"form": say(MALFORMED)})
        kept: dict[str, Any] = {"media": int(one["media"])}
        kept |= {name: _share(one[name]) for name in ("focus_x", "focus_y") if name in one}
        texts = ("alt", "crop", "rights", "licensed_until", "credit")
        found.append(kept | {name: _text(one[name]) for name in texts if name in one})
    return found


def _share(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Refused({"form": say(MALFORMED)}) from None


def _fold(value: Any) -> int | None:
    return {"0": 0, "1": 1}.get(str(value))
