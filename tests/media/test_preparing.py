"""Whatever a stranger sends is decoded elsewhere, within limits, and comes out as a new picture or with a sentence."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from calendar_app.channels.adapter import Fit
from calendar_app.media import decoding
from calendar_app.media.measuring import NoPicture, measure
from calendar_app.media.preparing import DecoderAway, prepare, refit
from tests.media.pictures import chunk, png

SIDES = (640, 1600)
MOST = 2_000_000


def saved(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def opened(made):
    return Image.open(io.BytesIO(made.content))


def half_red(width=100, height=60):
    """Its left half is red, its right half blue."""
    image = Image.new("RGB", (width, height), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, width // 2, height))
    return image


def noise(width, height, mode="RGB"):
    import random

    return Image.frombytes(mode, (width, height), random.Random(7).randbytes(width * height * len(mode)))


@pytest.mark.parametrize(
    ("form", "kept"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg"), ("GIF", "image/png")],
)
def test_each_format_is_taken_and_kept_as_one_that_every_place_reads(form, kept):
    first, *sizes = prepare(saved(half_red(3000, 1500), form), SIDES, MOST)
    assert (first.media_type, first.width, first.height) == (kept, 3000, 1500)
    assert [(one.width, one.height, one.media_type) for one in sizes] == [(640, 320, kept), (1600, 800, kept)]
    red, green, blue = opened(first).convert("RGB").getpixel((10, 10))
    assert red > 230 and green < 30 and blue < 30


def test_what_a_camera_told_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Spy camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (59.0, 54.0, 49.0)
    content = saved(
        half_red(), "JPEG", exif=exif, comment=b"secret words", xmp=b"<x:xmpmeta>secret</x:xmpmeta>"
    )
    assert b"Spy camera" in content
    kept = prepare(content, SIDES, MOST)[0]
    assert (kept.width, kept.height) == (60, 100)
    top = opened(kept).getpixel((30, 10))
    assert top[0] > 230 and top[2] < 30
    assert not opened(kept).getexif()
    for word in (b"Spy camera", b"secret", b"Exif", b"xmp"):
        assert word not in kept.content


def test_words_in_a_png_and_what_hangs_behind_a_picture_are_gone():
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "secret words")
    content = saved(half_red(), "PNG", pnginfo=told) + b"<script>alert(1)</script>PK\x03\x04"
    kept = prepare(content, SIDES, MOST)[0]
    assert b"secret" not in kept.content and b"script" not in kept.content and b"PK" not in kept.content


def test_a_picture_that_is_a_page_too_comes_out_as_a_picture_alone():
    content = saved(half_red(), "GIF")
    both = content[:-1] + b"\x21\xfe\x19<script>alert(1)</script>\x00;"
    kept = prepare(both, SIDES, MOST)[0]
    assert kept.media_type == "image/png" and b"script" not in kept.content


def test_what_can_be_seen_through_stays_so_and_is_white_where_a_place_takes_only_jpeg():
    image = Image.new("RGBA", (50, 50), (255, 0, 0, 0))
    kept = prepare(saved(image, "WEBP", lossless=True), SIDES, MOST)[0]
    assert (kept.media_type, opened(kept).mode) == ("image/png", "RGBA")
    flat = refit(kept.content, Fit(100_000, 50, ("image/jpeg",)))
    assert opened(flat).getpixel((25, 25)) == (255, 255, 255)


def test_only_the_first_frame_of_what_moves_is_kept():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    kept = opened(prepare(content, SIDES, MOST)[0])
    assert getattr(kept, "n_frames", 1) == 1
    assert kept.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_colours_of_print_and_of_wide_screens_are_brought_to_the_usual_ones():
    printed = prepare(saved(half_red().convert("CMYK"), "JPEG"), SIDES, MOST)[0]
    assert opened(printed).mode == "RGB"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = prepare(saved(half_red(), "JPEG", icc_profile=profile), SIDES, MOST)[0]
    assert "icc_profile" not in opened(kept).info
    broken = prepare(saved(half_red(), "JPEG", icc_profile=b"nonsense" * 20), SIDES, MOST)[0]
    assert broken.media_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_kind_of_pixel_is_understood(mode):
    image = Image.new(mode, (30, 20), 1) if mode != "I;16" else Image.new(mode, (30, 20), 0xFFFF)
    kept = opened(prepare(saved(image, "PNG"), SIDES, MOST)[0])
    assert kept.size == (30, 20)
    if mode == "I;16":
        assert kept.convert("L").getpixel((1, 1)) == 255


def test_what_is_kept_has_a_longest_side():
    kept = prepare(saved(half_red(6000, 300), "JPEG"), SIDES, MOST)[0]
    assert (kept.width, kept.height) == (decoding.KEPT_SIDE, round(300 * decoding.KEPT_SIDE / 6000))


def test_a_drawing_that_is_too_heavy_as_png_is_kept_as_jpeg():
    content = saved(noise(900, 700), "PNG")
    assert len(content) > decoding.MOST_PNG
    assert prepare(content, SIDES, MOST)[0].media_type == "image/jpeg"


def test_the_same_file_comes_out_the_same():
    content = saved(noise(700, 500), "JPEG")
    assert prepare(content, SIDES, MOST) == prepare(content, SIDES, MOST)


@pytest.mark.parametrize("most", [20_000, 60_000, 150_000])
def test_a_fit_is_kept_to_the_byte(most):
    made = refit(saved(noise(800, 600), "JPEG", quality=95), Fit(most, 600, ("image/jpeg",)))
    assert len(made.content) <= most and max(made.width, made.height) <= 600
    assert measure(made.content) == ("JPEG", made.width, made.height)


@pytest.mark.parametrize(
    "content",
    [
        saved(half_red(400, 300), "JPEG")[:-2000],
        saved(half_red(400, 300), "PNG")[:-60],
        saved(half_red(400, 300), "WEBP")[:-40],
        png(header=(400, 300)),
        png()[:40],
        png().replace(b"IDAT", b"JDAT"),
        b"\xff\xd8\xff\xe0" + b"\0\x10JFIF" + b"\0" * 60,
    ],
    ids=["jpeg cut", "png cut", "webp cut", "png too short", "head alone", "no data", "nothing in it"],
)
def test_a_file_that_is_damaged_gets_a_sentence(content):
    with pytest.raises(NoPicture, match="damaged"):
        prepare(content, SIDES, MOST)


def test_words_that_unpack_to_gigabytes_do_not_fill_the_memory():
    import zlib

    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 200_000_000, 9))
    with pytest.raises(NoPicture):
        prepare(png(extra=bomb), SIDES, MOST)


def test_the_decoder_may_use_only_so_much_memory():
    limits = "import resource, sys; sys.path.insert(0, sys.argv[1]); import decoding; decoding._limit(); bytes(2 << 30)"
    folder = str(decoding.__file__).rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-I", "-c", limits, folder], capture_output=True, timeout=20, check=False
    )
    assert done.returncode == 1 and b"MemoryError" in done.stderr


def test_the_largest_picture_that_is_taken_fits_into_the_limits():
    image = Image.new("RGBA", (8000, 6250), (10, 20, 30, 128))
    kept, *_ = prepare(saved(image, "PNG", compress_level=1), SIDES, MOST)
    assert (kept.width, kept.height) == (4096, 3200)


def test_a_decoder_that_takes_too_long_is_ended(monkeypatch):
    from calendar_app.media import preparing

    monkeypatch.setattr(preparing, "LONGEST_WAIT", 0.01)
    with pytest.raises(DecoderAway):
        prepare(png(), SIDES, MOST)
