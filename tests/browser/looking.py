"""A page looked at as people see it: light, dark and forced colours; wide, very wide and narrow.

Pictures are kept where SLUICE_SHOTS says (`make pictures`).
"""

from __future__ import annotations

import os
from pathlib import Path

from tests import turns
from tests.browser.conftest import NARROW, WIDE

SIZES = (WIDE, NARROW)
SCHEMES = ("light", "dark")
VERY_WIDE = {"width": 2560, "height": 1440}
_AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text()
# In forced colours Chromium names the letters as the sheet has them, not as shown; without it axe takes `color`.
_AS_SHOWN = """() => {
  const { getPropertyValue } = CSSStyleDeclaration.prototype;
  if (getPropertyValue.asShown) return;
  const read = function (name) {
    return name === "-webkit-text-fill-color" ? "" : getPropertyValue.call(this, name);
  };
  CSSStyleDeclaration.prototype.getPropertyValue = Object.assign(read, { asShown: true });
}"""
# All but colours is the same in any light.
_OF_COLOUR = ["color-contrast", "link-in-text-block"]
_RUN = """async (only) => {
  const rules = only ? { runOnly: only } : { rules: { "target-size": { enabled: true } } };
  const { violations, incomplete } = await axe.run(document, { resultTypes: ["violations"], ...rules });
  return [violations, incomplete.filter((rule) => !rule.nodes.length).map((rule) => rule.id)];
}"""
# The page itself is what must not be wider; boxes inside it may scroll where they say so.
_WIDER = "() => document.documentElement.scrollWidth - innerWidth"
_WIDEST = """() => [...document.body.querySelectorAll("*")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5 && one.checkVisibility())
  .map((one) => one.tagName.toLowerCase() + (one.id ? "#" + one.id : "") + "." + one.className).slice(0, 4)"""


def look_at(page, name):
    """Sentences about what is wrong with the page that is open, in any light and at any width; [] if nothing is."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        # The colours of the dark are the same at any width: by turns at one of them (docs/decisions/0015).
        whole = turns.EVERYTHING or "SLUICE_SHOTS" in os.environ or size is turns.turn(name, SIZES)
        found += _in_light_and_dark(page, name, SCHEMES if whole else SCHEMES[:1])
    found += _in_forced_colours(page, name)
    page.set_viewport_size(VERY_WIDE)
    found += [f"{name}, 2560: {problem}" for problem in layout(page)]
    page.set_viewport_size(WIDE)
    return found


def look_here(page, name):
    """The same in any light, at the width that the window has: what a person has just done stays as it is."""
    return _in_light_and_dark(page, name) + _in_forced_colours(page, name)


def look_through(page, pages):
    """Open each (name, path) and look at it; all that is wrong anywhere, so that one run tells everything."""
    found = []
    for name, path in pages:
        answer = page.goto(path)
        assert answer.status == 200, f"{path} answers {answer.status}"
        found += look_at(page, name)
    return found


def layout(page):
    """Sentences about a page that is wider than the screen, or has not one h1."""
    wider = page.evaluate(_WIDER)
    if wider > 0:
        yield f"is {wider} px wider than the screen: {page.evaluate(_WIDEST)}"
    headings = page.locator("h1").count()
    if headings != 1:
        yield f"has {headings} h1"


def _in_light_and_dark(page, name, schemes=SCHEMES):
    page.evaluate(_AS_SHOWN)
    # Reading it takes as long as a look at colours: once for each page.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    width = page.viewport_size["width"]
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        _keep_picture(page, f"{name}-{scheme}-{width}")
        where = f"{name}, {scheme}, {width}"
        only = None if scheme == SCHEMES[0] else _OF_COLOUR
        found += [f"{where}: {problem}" for problem in (*_barriers(page, only), *layout(page))]
    page.emulate_media(color_scheme=SCHEMES[0])
    return found


def _in_forced_colours(page, name):
    """As with a high contrast theme: the person's few colours instead of ours."""
    page.emulate_media(forced_colors="active")
    _keep_picture(page, f"{name}-forced-{page.viewport_size['width']}")
    found = [f"{name}, forced colours: {problem}" for problem in _barriers(page, _OF_COLOUR)]
    page.emulate_media(forced_colors="none")
    return found


def _barriers(page, only):
    """What axe finds: the rule, and where. A rule that broke down has found nothing because it did not look."""
    violations, broken = page.evaluate(_RUN, only)
    yield from (f"{rule}: axe could not look" for rule in broken)
    for rule in violations:
        for node in rule["nodes"]:
            # What lies under an open menu is covered, not small; what covers the focus is for `walking.py`.
            if rule["id"] == "target-size" and "obscured" in _why(node):
                continue
            yield f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['html'][:160]} {_why(node)}"


def _why(node):
    return "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))[:240]


def _keep_picture(page, name):
    if folder := os.environ.get("SLUICE_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
