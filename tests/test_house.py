"""The house stays easy to see: imports point one way, files stay short, what is named is documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from calendar_app.channels.registry import ADAPTERS

ROOT = Path(__file__).parent.parent
APP = ROOT / "calendar_app"
SOURCES = sorted([*APP.rglob("*.py"), *(ROOT / "jobs").rglob("*.py")])
LONGEST = 400
# Modules that name what happens: they may be called by doors, never call them.
DOORS = re.compile(r"(^|\.)((\w+_)?views|commands|routing)$")


def imports_of(path, *, top_only=False):
    """Absolute names of the modules that a file imports (as `package.module`)."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_the_application_never_imports_the_jobs():
    for path in APP.rglob("*.py"):
        assert not [name for name in imports_of(path) if name.split(".")[0] == "jobs"], path


def test_nothing_but_doors_imports_doors():
    allowed = {"calendar_app", "calendar_app.__main__", "calendar_app.commands", "calendar_app.health.doctor"}
    for path in SOURCES:
        name = name_of(path)
        if name in allowed or DOORS.search(name):
            continue
        doors = [
            other
            for other in imports_of(path, top_only=True)
            if other.startswith("calendar_app.") and DOORS.search(other)
        ]
        assert not doors, f"{name} imports the door {doors}"


@pytest.mark.parametrize("noun", ["people", "streams", "posts", "channels", "feeds", "api"])
def test_models_know_only_what_lies_below_them(noun):
    below = re.compile(r"calendar_app\.(extensions|times|[a-z]+\.models)(\.|$)")
    for name in imports_of(APP / noun / "models.py", top_only=True):
        if name.startswith("calendar_app"):
            assert below.match(name), f"{noun}/models.py imports {name}"


def test_no_file_grows_past_one_subject():
    for path in [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]:
        if "migrations" not in path.parts:
            assert len(path.read_text().splitlines()) <= LONGEST, path


def test_there_is_no_drawer_for_everything():
    for path in SOURCES:
        assert path.stem not in {"utils", "util", "helpers", "misc", "common", "services", "managers"}, path


def test_every_channel_has_its_files_and_its_test():
    for kind in ADAPTERS:
        assert (APP / "channels" / kind / "adapter.py").exists()
        assert (ROOT / "tests" / "channels" / f"test_{kind}.py").exists()
    folders = {path.parent.name for path in (APP / "channels").glob("*/adapter.py")}
    assert folders == set(ADAPTERS), "a channel's folder is not in the registry, or the other way round"


def test_every_setting_has_its_line_in_the_docs():
    used = set(re.findall(r"SLUICE_[A-Z_]+", (APP / "config.py").read_text()))
    told = (ROOT / "docs" / "settings.md").read_text()
    assert {name for name in used if f"`{name}`" not in told} == set()


def test_every_command_has_its_line_in_the_docs():
    from calendar_app import commands

    commands._add_groups()
    told = (ROOT / "docs" / "operating.md").read_text()
    names = set(commands.sluice.commands)
    assert {name for name in names if f"`sluice {name}" not in told} == set()


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    assert {"help", "run", "test", "check", "bench", "faults", "demo"} <= targets
    assert set(re.findall(r"`make ([a-z]+)`", (ROOT / "README.md").read_text())) <= targets


def test_vendored_files_carry_their_licences():
    vendor = ROOT / "static" / "vendor"
    for path in vendor.glob("*.js"):
        assert list(vendor.glob(f"{path.name.removesuffix('.min.js')}*LICENSE*")), path


def test_pages_hold_no_inline_script_style_or_foreign_address():
    for path in (ROOT / "templates").rglob("*.html"):
        page = path.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page), f"inline script in {path}"
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", page), f"inline style or handler in {path}"
        assert not re.search(r"(src|href)=\"https?://(?!calendar\.google|outlook\.)", page), (
            f"foreign address in {path}"
        )


def test_every_decision_has_a_number_of_its_own():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        assert path.read_text().startswith(f"# {int(path.name[:4])}. "), path.name
