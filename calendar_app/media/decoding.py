"""The one place where a stranger's picture is decoded: a program of its own, with limits, that holds no secret.

Started by `preparing.py` as a file, never imported by it for its work: it reads one line of JSON and a picture from
its input, and writes one line of JSON and finished pictures to its output. It imports nothing of Sluice.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from typing import TYPE_CHECKING, Any

# Pillow is loaded only after the limits are set, and only here.
if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_MEMORY = 1536 * 1024 * 1024
MOST_SECONDS = 20
MOST_PIXELS = 50_000_000
# What is kept is never longer than this: enough for every place, and quick to make smaller from.
KEPT_SIDE = 4096
# A drawing or a screenshot stays sharp as PNG; beyond this size it is taken for a photograph.
MOST_PNG = 1_500_000
QUALITIES = (88, 80, 70, 60)
SMALLEST_SIDE = 64
NO_DECODER = 3
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# EXIF orientation → what brings the picture upright, by the names of Pillow.
UPRIGHT = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270",
           7: "TRANSVERSE", 8: "ROTATE_90"}  # fmt: skip


def main() -> int:
    """Exit codes: 0 answered (a refusal is an answer), NO_DECODER, anything else a crash within the limits."""
    _limit()
    try:
        import PIL  # noqa: F401
    except ImportError:
        return NO_DECODER
    warnings.simplefilter("error")
    order = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        made = _carried_out(order, content)
    except MemoryError:
        return _answer({"refused": "too large"}, [])
    except Exception as problem:
        # Whatever a damaged file makes the decoder stumble over: it is refused, and the log is told how.
        return _answer({"refused": "damaged", "how": f"{type(problem).__name__}: {problem}"[:300]}, [])
    return _answer({"made": [{name: one[name] for name in one if name != "content"} for one in made]},
                   [one["content"] for one in made])  # fmt: skip


def scaled(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size of a picture whose longer side may have so many pixels; never larger than it is."""
    if max(width, height) <= longest:
        return width, height
    return max(1, round(width * longest / max(width, height))), max(
        1, round(height * longest / max(width, height))
    )


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    # It has no business to write files or to start programs.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(told: dict[str, Any], contents: list[bytes]) -> int:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(contents))
    sys.stdout.buffer.flush()
    return 0


def _carried_out(order: dict[str, Any], content: bytes) -> list[dict[str, Any]]:
    """`keep`: the picture as it will be kept comes first, and what is made to fit is made from that.

    A fit without media types is of the same kind as what is kept.
    """
    made: list[dict[str, Any]] = []
    if order["keep"]:
        kept = _kept(_opened(content, order["format"]), order["format"])
        made, content = [kept], kept["content"]
    for fit in order["fits"]:
        types = fit["media_types"] or [made[0]["media_type"]]
        made.append(_fitting(_opened(content, None), {**fit, "media_types": types}))
    return made


def _opened(content: bytes, form: str | None) -> Picture:
    """Decoded whole, upright, in sRGB with or without transparency, and without all that was said about it."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    picture: Picture = Image.open(io.BytesIO(content), formats=[form] if form else ["JPEG", "PNG"])
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("more pixels than its header said")
    turn = UPRIGHT.get(picture.getexif().get(0x0112, 1))
    # A JPEG can be decoded at a half or a quarter of its size: less memory, less time.
    picture.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
    picture.load()
    picture = _in_plain_colours(picture)
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    if turn:
        picture = picture.transpose(Image.Transpose[turn])
    picture.info.clear()
    return picture


def _in_plain_colours(picture: Picture) -> Picture:
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16 bits a pixel: the upper eight are what a screen shows.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    see_through = picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info
    if profile and picture.mode in {"RGB", "CMYK", "RGBA"}:
        picture = _in_srgb(picture, profile)
    if see_through:
        picture = picture.convert("RGBA")
        lowest, _ = picture.getchannel("A").getextrema()
        if lowest != 255:
            return picture
    return picture.convert("RGB")


def _in_srgb(picture: Picture, profile: bytes) -> Picture:
    """A profile that cannot be used is left aside: the colours are then a little off, nothing else."""
    from PIL import ImageCms

    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(picture, theirs, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return found or picture


def _kept(picture: Picture, form: str) -> dict[str, Any]:
    if picture.mode == "RGBA":
        return _told(picture, "image/png", _encoded(picture, "image/png"))
    if form in {"PNG", "GIF"}:
        content = _encoded(picture, "image/png")
        if len(content) <= MOST_PNG:
            return _told(picture, "image/png", content)
    return _told(picture, "image/jpeg", _encoded(picture, "image/jpeg", QUALITIES[0]))


def _fitting(picture: Picture, fit: dict[str, Any]) -> dict[str, Any]:
    """As large as fits: first less quality, then fewer pixels. Raises ValueError when nothing would be left."""
    from PIL import Image

    if fit.get("crop"):
        picture = picture.crop(_box(picture.size, fit["crop"]))
    side = min(fit["longest_side"], max(picture.size))
    while side >= min(SMALLEST_SIDE, max(picture.size)):
        size = scaled(picture.width, picture.height, side)
        smaller = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        for media_type, quality in _ways(picture, fit["media_types"]):
            content = _encoded(smaller, media_type, quality)
            if len(content) <= fit["most_bytes"]:
                return _told(smaller, media_type, content)
        side = side * 4 // 5
    raise ValueError("it does not fit")


def _box(size: tuple[int, int], crop: list[int]) -> tuple[int, int, int, int]:
    """As `cropping.box` has it; this program knows nothing of the others."""
    (width, height), (left, top, wide, high) = size, crop
    x, y = min(round(width * left / 1000), width - 1), min(round(height * top / 1000), height - 1)
    return (
        x, y, max(round(width * (left + wide) / 1000), x + 1), max(round(height * (top + high) / 1000), y + 1)
    )  # fmt: skip


def _ways(picture: Picture, allowed: list[str]) -> list[tuple[str, int]]:
    """What to try, in this order: what can be seen through stays so where the place takes PNG."""
    lossy = [name for name in allowed if name in {"image/jpeg", "image/webp"}][:1]
    ways: list[tuple[str, int]] = [(name, quality) for name in lossy for quality in QUALITIES]
    if "image/png" in allowed and (picture.mode == "RGBA" or not lossy):
        ways.insert(0, ("image/png", 0))
    return ways


def _encoded(picture: Picture, media_type: str, quality: int = 0) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    if media_type == "image/png":
        picture.save(target, "PNG", optimize=True)
        return target.getvalue()
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    more: dict[str, Any] = {"optimize": True, "progressive": True} if media_type == "image/jpeg" else {}
    picture.save(target, FORMATS[media_type], quality=quality, **more)
    return target.getvalue()


def _told(picture: Picture, media_type: str, content: bytes) -> dict[str, Any]:
    width, height = picture.size
    return {
        "media_type": media_type,
        "width": width,
        "height": height,
        "size": len(content),
        "content": content,
    }


if __name__ == "__main__":
    raise SystemExit(main())
