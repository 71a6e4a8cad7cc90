"""What is in deploy/ names commands, options and settings that there are, and gives every part time to end."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from calendar_app import commands, stopping
from calendar_app.enqueue import LANES

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SETTINGS = set(re.findall(r"SLUICE_[A-Z_]+", (ROOT / "calendar_app" / "config.py").read_text()))
ONLY_THERE = {"SLUICE_HOST"}


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def of_unit(path, name):
    return re.findall(rf"^{name}=(.+)$", path.read_text(), re.M)


def commands_named():
    for name, service in compose()["services"].items():
        if service.get("image") == "sluice":
            yield f"compose: {name}", service["command"]
    for path in UNITS:
        for line in (*of_unit(path, "ExecStartPre"), *of_unit(path, "ExecStart")):
            yield path.name, shlex.split(line.replace("%i", "publish"))[1:]
    for file in (DEPLOY / "README.md", ROOT / "docs" / "operating.md", DEPLOY / "prometheus" / "alerts.yml"):
        for line in re.findall(r"`sluice ([a-z][^`…]*)`", file.read_text()):
            yield f"{file.name}: {line}", shlex.split(re.sub(r"\b[A-Z]{4,}\b", "owner", line))


@pytest.mark.parametrize(("where", "words"), [pytest.param(*one, id=one[0]) for one in commands_named()])
def test_every_command_that_is_named_exists_with_its_options(where, words):
    commands._add_groups()
    command = commands.sluice
    while isinstance(command, click.Group) and words:
        command, words = command.commands[words[0]], words[1:]
    if not isinstance(command, click.Group):
        given, _, _ = command.make_parser(click.Context(command)).parse_args(list(words))
        assert given.get("lane", "publish") in LANES


def test_every_setting_that_is_named_exists():
    for file in (DEPLOY / "compose.yaml", DEPLOY / "env.example", DEPLOY / "README.md", DEPLOY / "Caddyfile"):
        assert set(re.findall(r"SLUICE_[A-Z_]+", file.read_text())) <= SETTINGS | ONLY_THERE, file


def test_every_part_gets_the_time_it_needs_to_end():
    assert stopping.PATIENCE < stopping.LONGEST < 10
    for service in compose()["services"].values():
        if service.get("image") == "sluice":
            assert int(service["stop_grace_period"].removesuffix("s")) > 10
    assert [of_unit(path, "KillMode") for path in UNITS] == [["mixed"]] * len(UNITS)
    assert min(int(of_unit(path, "TimeoutStopSec")[0]) for path in UNITS) > 10


def test_numbers_are_not_for_the_world():
    assert "respond /metrics 404" in (DEPLOY / "Caddyfile").read_text()
