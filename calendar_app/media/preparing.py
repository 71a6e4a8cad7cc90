"""Pictures through the decoder: a process of its own for each, few at once, ended when it takes too long."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calendar_app.languages import say
from calendar_app.media.decoding import NO_DECODER
from calendar_app.media.measuring import NoPicture, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendar_app.channels.adapter import Fit

PROGRAM = Path(__file__).with_name("decoding.py")
LONGEST_WAIT = 25.0
# Each may take a core and half a gigabyte for a second or two.
AT_ONCE = threading.BoundedSemaphore(2)

log = logging.getLogger(__name__)


class DecoderAway(Exception):
    """The decoder could not be started, or was too slow this time: nobody's picture is to blame."""


@dataclass(frozen=True)
class Made:
    """One finished picture."""

    content: bytes
    media_type: str
    width: int
    height: int


def prepare(content: bytes, sides: Sequence[int], most_bytes: int) -> list[Made]:
    """The picture as it will be kept, then one of the same kind made from it for each of `sides`.

    `content` is a stranger's. Raises NoPicture with a sentence for a person, DecoderAway.
    """
    found = measure(content)
    fits = [{"most_bytes": most_bytes, "longest_side": side, "media_types": None} for side in sides]
    answer, rest = _asked({"keep": True, "format": found.format, "fits": fits}, content)
    return _made(answer, rest)


def refit(content: bytes, fit: Fit, crop: Sequence[int] | None = None) -> Made:
    """A kept picture, or the part of it that `crop` says, made to fit.

    Raises NoPicture when it cannot be, DecoderAway.
    """
    answer, rest = _asked({"keep": False, "format": None, "fits": [{**asdict(fit), "crop": crop}]}, content)
    return _made(answer, rest)[0]


def _asked(order: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    # -I: neither our environment nor our folders are the program's business.
    command = [sys.executable, "-I", str(PROGRAM)]
    with AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603  (our own program, no shell)
                command, input=json.dumps(order).encode() + b"\n" + content, capture_output=True,
                timeout=LONGEST_WAIT, env={}, cwd="/", check=False,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, OSError) as problem:
            raise DecoderAway(str(problem)) from problem
    if done.returncode == NO_DECODER:
        raise DecoderAway("Pillow is not installed")
    line, _, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        # Ended by its limits of memory or time, or by a flaw of the decoder that the file has found.
        log.warning("the decoder ended with %s: %s", done.returncode, done.stderr[-300:])
        return {"refused": "too large"}, b""
    answer: dict[str, Any] = json.loads(line)
    return answer, rest


def _made(answer: dict[str, Any], rest: bytes) -> list[Made]:
    if "refused" in answer:
        log.info("a picture was refused: %s %s", answer["refused"], answer.get("how", ""))
        raise NoPicture(_sentence(answer["refused"]))
    made = []
    for one in answer["made"]:
        content, rest = rest[: one["size"]], rest[one["size"] :]
        made.append(Made(content, one["media_type"], one["width"], one["height"]))
    return made


def _sentence(why: str) -> str:
    if why == "too large":
        return say("This picture takes too much memory or time to read. Save it smaller and try again.")
    return say("This picture is damaged or not complete. Save it anew and try again.")
