"""Pictures made by hand, byte by byte, and pictures that a team has uploaded."""

from __future__ import annotations

import hashlib
import struct
import zlib

from calendar_app.extensions import db
from calendar_app.media.keeping import kept_name, store
from calendar_app.media.models import Medium, PostPicture


def png(width=8, height=6, colour=(10, 120, 200), *, header=None, extra=b""):
    """A PNG of one colour. `header`: the size that it claims; `extra`: more chunks before the image."""
    row = b"\0" + bytes(colour) * width
    said = header or (width, height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", *said, 8, 2, 0, 0, 0))
        + extra
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def webp_lossless(width, height):
    bits = (width - 1) | (height - 1) << 14
    return b"RIFF\x20\0\0\0WEBPVP8L\x10\0\0\0\x2f" + struct.pack("<I", bits)


def webp_extended(width, height):
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + sizes


def jpeg_head(width, height, *, before=b""):
    """The beginning of a JPEG up to its frame, with other segments before it."""
    return b"\xff\xd8" + before + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03"


def make_medium(
    team, content=None, *, alt="", width=8, height=6, colour=(10, 120, 200), person=None, **values
):
    """A picture that has been uploaded and is ready: its file is kept, its row is there."""
    content = content or png(width, height, colour)
    digest = hashlib.sha256(content).hexdigest()
    store().put(kept_name(digest, "image/png"), content)
    medium = Medium(
        team_id=team.id, person_id=person.id if person else None, digest=digest, media_type="image/png",
        width=width, height=height, size=len(content), alt=alt, **values,
    )  # fmt: skip
    db.session.add(medium)
    db.session.commit()
    return medium


def attach(post, *media, alt=None):
    """Show these in the post, in this order."""
    post.pictures = [
        PostPicture(media_id=one.id, position=n, alt=one.alt if alt is None else alt)
        for n, one in enumerate(media)
    ]
    db.session.commit()
