"""All pictures of pages in one page that a person flips through: `make pictures`, then open the index.html it names.

Arrows or the buttons go on; the two lists choose by width and light. It needs no server and asks nobody.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pages of Sluice</title><style>
body { margin: 0; font: 15px/1.4 system-ui, sans-serif; background: #20282c; color: #eef3f4 }
header { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: 1rem; padding: .6rem 1rem; background: #12191c }
h1 { font-size: 1rem; margin: 0; flex: 1 } button, select { font: inherit }
img { display: block; margin: 1rem auto; max-width: calc(100vw - 2rem); box-shadow: 0 0 0 1px #000 }
</style></head><body>
<header><h1 id="name" aria-live="polite"></h1><button id="back">← Back</button><button id="on">On →</button>
<label>Width <select id="width"></select></label><label>Light <select id="light"></select></label></header>
<main><img id="picture" alt=""></main>
<script>
const pictures = PICTURES;
const at = (id) => document.getElementById(id);
const fill = (list, values) => values.forEach((one) => list.add(new Option(one)));
fill(at("width"), ["any", ...new Set(pictures.map((one) => one.width))]);
fill(at("light"), ["any", ...new Set(pictures.map((one) => one.light))]);
let number = 0;
const fits = (one, key) => ["any", one[key]].includes(at(key).value);
const chosen = () => pictures.filter((one) => fits(one, "width") && fits(one, "light"));
function show(step) {
  const all = chosen();
  number = (number + step + all.length) % all.length;
  const one = all[number];
  at("picture").src = one.file;
  const name = `${one.page}: ${one.light}, ${one.width} (${number + 1} of ${all.length})`;
  at("picture").alt = at("name").textContent = name;
  scrollTo(0, 0);
}
at("back").onclick = () => show(-1);
at("on").onclick = () => show(1);
at("width").onchange = at("light").onchange = () => { number = 0; show(0); };
onkeydown = ({ key }) => { if (key === "ArrowRight") show(1); if (key === "ArrowLeft") show(-1); };
show(0);
</script></body></html>
"""


def write(folder):
    """Write index.html beside the pictures; returns its path. Raises FileNotFoundError where there are none."""
    pictures = [_about(path) for path in sorted(folder.glob("*.png"))]
    if not pictures:
        raise FileNotFoundError(f"no pictures in {folder}")
    index = folder / "index.html"
    index.write_text(PAGE.replace("PICTURES", json.dumps(pictures)))
    return index


def _about(path):
    page, light, width = path.stem.rsplit("-", 2)
    return {"file": path.name, "page": page, "light": light, "width": width}


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1])).resolve()}\n")
