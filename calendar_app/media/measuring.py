"""What a file says of itself in its first bytes: format and size, read without decoding anything. Pure."""

from __future__ import annotations

from typing import NamedTuple

from calendar_app.languages import say

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 30_000
# Frames of a JPEG: all start-of-frame marks, without tables (C4, CC) and extensions (C8).
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


class Measure(NamedTuple):
    """`format` as the decoder names it: JPEG, PNG, WEBP or GIF."""

    format: str
    width: int
    height: int


class NoPicture(Exception):
    """This file is not taken; the text says why and what to do."""


def measure(content: bytes) -> Measure:
    """Format and size by the header. Raises NoPicture for all that is not taken."""
    if not content:
        raise NoPicture(say("This file is empty. Choose a picture."))
    if len(content) > MOST_BYTES:
        raise NoPicture(say("This picture is larger than 20 MB. Save it smaller and try again."))
    try:
        found = _measured(content)
    except (IndexError, ValueError):
        found = None
    if found is None:
        raise NoPicture(_what_it_is(content))
    if not (0 < found.width <= LONGEST_SIDE and 0 < found.height <= LONGEST_SIDE):
        raise NoPicture(say("This picture says that it has an impossible size. Save it anew and try again."))
    if found.width * found.height > MOST_PIXELS:
        raise NoPicture(say("This picture has more than 50 million pixels. Save it smaller and try again."))
    return found


def _measured(content: bytes) -> Measure | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return Measure("PNG", _big(content, 16, 4), _big(content, 20, 4))
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Measure("GIF", _little(content, 6, 2), _little(content, 8, 2))
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _webp(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    return None


def _webp(content: bytes) -> Measure | None:
    kind = content[12:16]
    if kind == b"VP8X":
        return Measure("WEBP", _little(content, 24, 3) + 1, _little(content, 27, 3) + 1)
    if kind == b"VP8L" and content[20] == 0x2F:
        bits = _little(content, 21, 4)
        return Measure("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        return Measure("WEBP", _little(content, 26, 2) & 0x3FFF, _little(content, 28, 2) & 0x3FFF)
    return None


def _jpeg(content: bytes) -> Measure | None:
    """The first frame's header: a walk from segment to segment."""
    at = 2
    while True:
        if content[at] != 0xFF:
            return None
        mark = content[at + 1]
        if mark == 0xFF:
            at += 1
        elif mark in ALONE:
            at += 2
        elif mark in FRAMES:
            return Measure("JPEG", _big(content, at + 7, 2), _big(content, at + 5, 2))
        else:
            at += 2 + max(_big(content, at + 2, 2), 2)


def _big(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(_piece(content, at, length), "big")


def _little(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(_piece(content, at, length), "little")


def _piece(content: bytes, at: int, length: int) -> bytes:
    piece = content[at : at + length]
    if len(piece) < length:
        raise IndexError
    return piece


def _what_it_is(content: bytes) -> str:
    """A sentence for the files that people try most often."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return say("Drawings in SVG can hold scripts and are not taken. Export it as PNG and try again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<script", b"<head", b"<body")):
        return say("This is a web page or other text, whatever its name says. Choose a picture.")
    if start.startswith(b"%pdf"):
        return say("This is a PDF. Save the page as a picture (JPEG or PNG) and try again.")
    if content[4:8] == b"ftyp":
        return say("This is a film or a picture in HEIC or AVIF. Save it as JPEG and try again.")
    if start.startswith((b"bm", b"ii*\0", b"mm\0*")):
        return say("Pictures in BMP or TIFF are not taken. Save it as JPEG or PNG and try again.")
    return say("This is no picture that can be read, or it is damaged. Choose a JPEG, PNG, WebP or GIF.")
