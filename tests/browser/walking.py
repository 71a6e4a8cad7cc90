"""Going through a page with Tab alone: what is reached, whether one sees where one is, whether anything covers it."""

from __future__ import annotations

# Every element that can be used, numbered; of a group of radio buttons one is enough, the arrows do the rest.
_NUMBER = """() => {
  const look = (one) => {
    const style = getComputedStyle(one);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor,
            style.textDecorationLine, style.color].join();
  };
  const around = (one) => [one, one.closest("label"), one.nextElementSibling, one.parentElement];
  window.looks = (one) => around(one).map((each) => (each ? look(each) : "")).join("|");
  const usable = "a[href], button, input, select, textarea, summary, [tabindex]";
  const all = [...document.querySelectorAll(usable)].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility({ visibilityProperty: true }) &&
    !one.closest("[inert]"));
  const radios = new Set();
  // From the top of the page, wherever it has put the focus itself.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  return all.filter((one) => {
    if (one.type === "radio") {
      const group = `${one.form ? [...document.forms].indexOf(one.form) : ""} ${one.name}`;
      const chosen = document.querySelectorAll(`input[type=radio][name="${CSS.escape(one.name)}"]:checked`);
      if (radios.has(group) || ([...chosen].some((other) => other.form === one.form) && !one.checked)) return false;
      radios.add(group);
    }
    return true;
  }).map((one, number) => {
    one.dataset.walk = number;
    one.unfocused = window.looks(one);
    return one.outerHTML.slice(0, 120);
  });
}"""
# Where the focus is now, whether it shows, and what lies over it.
_HERE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 1), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  const label = at.closest("label") ?? document.querySelector(`label[for="${CSS.escape(at.id)}"]`);
  const seen = over && (at.contains(over) || over.contains(at) || label?.contains(over));
  return {
    number: at.dataset.walk === undefined ? null : Number(at.dataset.walk), html: at.outerHTML.slice(0, 120),
    shows: window.looks(at) !== at.unfocused,
    covered: seen ? "" : over?.outerHTML.slice(0, 120) ?? "the edge of the screen",
  };
}"""
MOST_PRESSES = 400


def walk(page, path):
    """Open the page and press Tab until it goes round. Sentences: what is not reached, does not show, is covered."""
    answer = page.goto(path)
    assert answer.status == 200, f"{path} answers {answer.status}"
    usable = page.evaluate(_NUMBER)
    reached: dict[int, dict] = {}
    found = []
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if here is None:
            break
        if here["number"] is None:
            found.append(f"Tab reaches what is not meant to be reached: {here['html']}")
        reached.setdefault(here["number"], here)
    else:
        found.append(f"Tab does not come round within {MOST_PRESSES} presses")
    found += [f"Tab never reaches {html}" for number, html in enumerate(usable) if number not in reached]
    found += [f"the focus does not show on {one['html']}" for one in reached.values() if not one["shows"]]
    found += [f"{one['html']} is covered by {one['covered']}" for one in reached.values() if one["covered"]]
    return found
