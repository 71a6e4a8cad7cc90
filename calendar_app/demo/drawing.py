"""The pictures of the demo organisation, drawn: a ferry at dawn, a walk with lanterns, the harbour."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageOps

from calendar_app.media.decoding import scaled
from calendar_app.media.fitting import SIDES
from calendar_app.media.preparing import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 1200, 800
# Drawn so much larger and then made smaller: edges come out smooth.
FINER = 2
QUALITY = 88


def drawn(name: str) -> list[Made]:
    """The picture of this name as it will be kept, then at each size that pages show."""
    sheet = _Sheet()
    DRAWINGS[name](sheet)
    whole = sheet.image.reduce(FINER)
    kept = _made(whole)
    sizes = (scaled(WIDTH, HEIGHT, side) for side in SIDES)
    return [kept, *(kept if size == whole.size else _made(whole.resize(size)) for size in sizes)]


def _made(image: Image.Image) -> Made:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=QUALITY)
    return Made(content.getvalue(), "image/jpeg", *image.size)


class _Sheet:
    """A sheet of 1,200 by 800; all measures are in these units, colours as in a style sheet."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER))
        self.pen = ImageDraw.Draw(self.image)

    def fade(self, top: float, bottom: float, colours: tuple[str, str]) -> None:
        """A band over the whole width, from one colour down to the other."""
        size = WIDTH * FINER, round((bottom - top) * FINER)
        band = ImageOps.colorize(Image.linear_gradient("L").resize(size), *colours)
        self.image.paste(band, (0, round(top * FINER)))

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1.0) -> None:
        """Light that fades outwards."""
        side = round(radius * 2 * FINER)
        light = Image.radial_gradient("L").point(lambda value: round(max(0, 255 - value * 1.42) * strength))
        corner = round((x - radius) * FINER), round((y - radius) * FINER)
        self.image.paste(colour, corner, light.resize((side, side)))

    def shape(self, points: Points, colour: str) -> None:
        self.pen.polygon([(x * FINER, y * FINER) for x, y in points], fill=colour)

    def box(self, x: float, y: float, wide: float, high: float, colour: str, *, round_by: float = 0) -> None:
        corners = x * FINER, y * FINER, (x + wide) * FINER, (y + high) * FINER
        self.pen.rounded_rectangle(corners, round_by * FINER, fill=colour)

    def disc(self, x: float, y: float, across: float, colour: str, *, high: float | None = None) -> None:
        half, tall = across / 2, (across if high is None else high) / 2
        corners = (x - half) * FINER, (y - tall) * FINER, (x + half) * FINER, (y + tall) * FINER
        self.pen.ellipse(corners, fill=colour)

    def line(self, points: Points, colour: str, thick: float) -> None:
        where = [(x * FINER, y * FINER) for x, y in points]
        self.pen.line(where, fill=colour, width=round(thick * FINER), joint="curve")

    def hills(self, foot: float, high: float, long: float, shift: float, colour: str) -> None:
        """A range of hills from side to side that stands on `foot`."""
        tops = []
        for x in range(0, WIDTH + 20, 20):
            wave = math.sin(x / long + shift) + 0.45 * math.sin(x / long * 2.3 + shift * 2)
            tops.append((x, foot - high * (0.75 + 0.4 * wave)))
        self.shape([(0, foot), *tops, (WIDTH, foot)], colour)

    def house(self, x: float, foot: float, wide: float, high: float, wall: str, roof: str) -> None:
        self.box(x, foot - high, wide, high, wall)
        eaves = foot - high + 1
        self.shape([(x - 8, eaves), (x + wide / 2, eaves - wide * 0.42), (x + wide + 8, eaves)], roof)


def ferry(sheet: _Sheet) -> None:
    sheet.fade(0, 480, ("#45719f", "#fbdcae"))
    sheet.glow(840, 440, 330, "#fff3d2", 0.9)
    sheet.disc(840, 415, 96, "#fff8e4")
    sheet.hills(480, 150, 210, 0.4, "#8fa3bd")
    sheet.hills(480, 95, 150, 2.1, "#64809b")
    sheet.hills(482, 48, 120, 4.4, "#3d5b70")
    sheet.fade(480, 800, ("#d9b491", "#1f4a63"))
    for number in range(11):
        wide = 230 - number * 15
        sheet.disc(840 + (number % 3 - 1) * 16, 496 + number * 24, wide, "#f6dcb4", high=5)
    sheet.disc(560, 632, 520, "#2b536b", high=30)
    for number in range(4):
        sheet.line(
            [(80 + number * 22, 612 + number * 13), (300 + number * 20, 612 + number * 13)], "#cfd9d8", 3
        )
    sheet.box(415, 492, 290, 76, "#f4f1e8", round_by=8)
    sheet.box(480, 440, 130, 60, "#f4f1e8", round_by=8)
    sheet.box(635, 448, 36, 50, "#cf5440", round_by=4)
    sheet.box(635, 460, 36, 9, "#f4f1e8")
    sheet.line([(545, 440), (545, 388)], "#32485a", 4)
    sheet.shape([(547, 390), (592, 402), (547, 414)], "#cf5440")
    for number in range(8):
        sheet.box(432 + number * 33, 512, 22, 20, "#3f6480", round_by=4)
    for number in range(4):
        sheet.box(491 + number * 28, 454, 20, 18, "#3f6480", round_by=4)
    sheet.shape([(318, 560), (806, 560), (752, 632), (372, 632)], "#fbf9f3")
    sheet.shape([(341, 592), (782, 592), (752, 632), (372, 632)], "#22607a")
    sheet.line([(330, 576), (796, 576)], "#cf5440", 6)
    sheet.shape([(0, 700), (150, 690), (330, 740), (470, 800), (0, 800)], "#24343c")
    sheet.house(70, 716, 120, 66, "#a83f33", "#3a2b2b")
    sheet.box(116, 676, 28, 40, "#f4f1e8")


def lanterns(sheet: _Sheet) -> None:
    sheet.fade(0, 520, ("#0c1433", "#4a4678"))
    for number in range(70):
        x, y = number * 397 % WIDTH, number * 211 % 340
        sheet.disc(x, y, 2 + number % 3, "#dfe3f5")
    sheet.glow(960, 130, 130, "#f7edcf", 0.45)
    sheet.disc(960, 130, 74, "#f7edcf")
    sheet.hills(500, 150, 190, 1.2, "#262a55")
    for number, high in enumerate((86, 120, 70, 104, 92, 130, 78, 98, 110)):
        x = 30 + number * 132
        sheet.house(x, 520, 96, high, "#171b3e", "#10132f")
        for pane in range(2 + number % 2):
            lit = "#ffd27a" if (number + pane) % 3 else "#39406f"
            sheet.box(x + 14 + pane * 28, 520 - high + 20, 15, 20, lit, round_by=2)
    sheet.fade(520, 800, ("#2c3566", "#0b1029"))
    sheet.shape([(0, 690), (400, 662), (800, 668), (WIDTH, 640), (WIDTH, HEIGHT), (0, HEIGHT)], "#090c22")
    people = [(110, 690, 1.0), (250, 680, 0.72), (390, 674, 1.05), (560, 672, 0.9), (700, 676, 0.66),
              (850, 668, 1.08), (1010, 660, 0.82), (1120, 652, 0.95)]  # fmt: skip
    for x, foot, size in people:
        light = x + 38 * size, foot - 62 * size
        for number in range(5):
            sheet.disc(light[0], 540 + number * 22, 44 - number * 5, "#c9985a", high=4)
        sheet.glow(*light, 120 * size, "#ffb347", 0.85)
        _walker(sheet, x, foot, size, "#05071a")
        sheet.line([(x + 6 * size, foot - 76 * size), (light[0], light[1] - 16 * size)], "#05071a", 5 * size)
        sheet.box(
            light[0] - 11 * size, light[1] - 14 * size, 22 * size, 30 * size, "#ffe6ad", round_by=6 * size
        )


def harbour(sheet: _Sheet) -> None:
    sheet.fade(0, 560, ("#a9d3e6", "#f4f6ea"))
    for x, y in ((190, 120), (560, 80), (930, 150)):
        for number, across in enumerate((90, 130, 100, 70)):
            sheet.disc(x + number * 55, y - (number % 2) * 18, across, "#ffffff", high=across * 0.62)
    sheet.hills(560, 130, 230, 0.2, "#a8c3b4")
    walls = ("#d9705c", "#e3ab4e", "#7fa77b", "#5592a8", "#8d78b0")
    for number, wall in enumerate(walls):
        x, high = 60 + number * 150, 190 + (number * 53) % 90
        sheet.house(x, 580, 126, high, wall, "#4d4a4f")
        for row in range(int(high // 52)):
            for pane in range(3):
                sheet.box(x + 16 + pane * 36, 580 - high + 18 + row * 50, 22, 28, "#f7f3e6", round_by=3)
    _crane(sheet, 985)
    sheet.box(0, 578, WIDTH, 82, "#e2d6bf")
    sheet.box(0, 652, WIDTH, 14, "#b9aa8f")
    sheet.fade(666, 800, ("#5b9fb5", "#2d6880"))
    for number in range(16):
        x, y = number * 283 % WIDTH, 690 + number * 47 % 95
        sheet.line([(x, y), (x + 70, y)], "#8fc3d2", 3)
    for x in (36, 204, 354, 504, 654, 804):
        sheet.box(x - 4, 560, 8, 50, "#6b5642")
        sheet.disc(x, 540, 62, "#4f8a5b", high=70)
    for x, size in ((130, 0.7), (170, 0.5), (430, 0.72), (590, 0.68), (735, 0.55), (880, 0.74)):
        _walker(sheet, x, 646, size, "#3b4654")


def _walker(sheet: _Sheet, x: float, foot: float, size: float, colour: str) -> None:
    """Somebody on their way, about 110 high."""
    sheet.disc(x, foot - 98 * size, 24 * size, colour)
    sheet.box(x - 15 * size, foot - 84 * size, 30 * size, 50 * size, colour, round_by=13 * size)
    sheet.line([(x - 5 * size, foot - 40 * size), (x - 14 * size, foot)], colour, 10 * size)
    sheet.line([(x + 5 * size, foot - 40 * size), (x + 13 * size, foot)], colour, 10 * size)


def _crane(sheet: _Sheet, x: float) -> None:
    red, dark = "#bf4632", "#8c3325"
    for foot in (x - 62, x + 62):
        sheet.line([(foot, 582), (x + (foot - x) * 0.35, 330)], red, 12)
    for number in range(4):
        y, half = 560 - number * 62, 58 - number * 10
        sheet.line([(x - half, y), (x + half * 0.8, y - 56)], dark, 6)
        sheet.line([(x - half, y), (x + half, y)], dark, 6)
    sheet.box(x - 46, 270, 92, 64, red, round_by=8)
    sheet.box(x - 34, 284, 40, 26, "#f7f3e6", round_by=4)
    sheet.line([(x + 30, 276), (x - 190, 130)], red, 14)
    sheet.line([(x - 10, 272), (x - 10, 200), (x - 190, 130)], dark, 5)
    sheet.line([(x - 188, 132), (x - 188, 372)], "#4d4a4f", 3)
    sheet.box(x - 206, 372, 36, 22, "#4d4a4f", round_by=5)


DRAWINGS: dict[str, Callable[[_Sheet], None]] = {"ferry": ferry, "lanterns": lanterns, "harbour": harbour}
