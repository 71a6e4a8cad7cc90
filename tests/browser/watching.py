"""What no page may do, noted while a test goes on: errors in the console, broken answers, requests to elsewhere."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

WITHIN = {"data", "blob", "about"}
# By what a person works is told by the page itself: only what a real press brings about counts.
_BY = """for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, (event) => {
    if (event.isTrusted) console.debug(`worked by ${event.pointerType || "keys"}`);
  }, { capture: true, passive: true });
}"""


class Watch:
    """Listens to every page of a browser context. `problems` holds a sentence for each thing that went wrong."""

    def __init__(self, context, base):
        self.problems: list[str] = []
        self.worked_by: set[str] = set()
        context.add_init_script(_BY)
        self._host = urlsplit(base).netloc
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"threw {error.error}"))
        # Not every request and answer: to be told of each of sixty files takes a tenth of the machine. A broken answer
        # is an error in the console, and another host is not found (chromium.py) or forbidden, which is one as well.
        context.on("requestfailed", self._failed)

    def expect(self, pattern, *, times=None):
        """Take back what was noted and fits: a test that breaks something on purpose says so."""
        found = [problem for problem in self.problems if re.search(pattern, problem)]
        assert found, f"nothing like {pattern!r} happened, but {self.problems}"
        assert times in (None, len(found)), found
        self.problems = [problem for problem in self.problems if problem not in found]

    def _console(self, message):
        if message.type == "debug" and message.text.startswith("worked by "):
            self.worked_by.add(message.text.removeprefix("worked by "))
        # Breaches of the content security policy come this way too.
        if message.type in {"error", "assert"}:
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _failed(self, request):
        parts = urlsplit(request.url)
        if parts.scheme not in WITHIN and parts.netloc != self._host:
            self._note(f"asked another host: {request.url}")

    def _note(self, sentence):
        self.problems.append(sentence)
