"""Format and size by the header alone; everything else gets a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.media.measuring import LONGEST_SIDE, MOST_BYTES, Measure, NoPicture, measure
from tests.media.pictures import gif, jpeg_head, png, webp_extended, webp_lossless

sides = st.integers(1, 7000)


@given(sides, sides)
def test_every_format_tells_its_size(width, height):
    comment = b"\xff\xe1\x00\x10" + b"Exif\0\0 a thing"
    assert measure(png(1, 1, header=(width, height))) == Measure("PNG", width, height)
    assert measure(gif(width, height)) == Measure("GIF", width, height)
    assert measure(webp_extended(width, height)) == Measure("WEBP", width, height)
    assert measure(webp_lossless(width, height)) == Measure("WEBP", width, height)
    assert measure(jpeg_head(width, height, before=comment + b"\xff\xff")) == Measure("JPEG", width, height)


def test_a_size_hidden_in_a_preview_of_the_jpeg_does_not_count():
    inner = jpeg_head(1, 1)
    segment = b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner
    assert measure(jpeg_head(4000, 3000, before=segment)) == Measure("JPEG", 4000, 3000)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "SVG"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"  <script>alert(1)</script>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"BM" + b"\0" * 60, "BMP"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\xff\xd8\xff\xe0\xff\xff", "damaged"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "damaged"),
        (b"GIF89a\0", "damaged"),
        (b"hello", "no picture"),
        (png(header=(10_000, 5_001)), "50 million"),
        (png(header=(0, 10)), "impossible size"),
        (png(header=(LONGEST_SIDE + 1, 1)), "impossible size"),
        (png() + b"\0" * MOST_BYTES, "20 MB"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(content, words):
    with pytest.raises(NoPicture, match=words):
        measure(content)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\x89PNG\r\n\x1a\n"]),
)
def test_no_bytes_make_it_stumble(content, start):
    for given_bytes in (content, start + content):
        try:
            found = measure(given_bytes)
        except NoPicture:
            continue
        assert found.width * found.height <= 50_000_000
