"""A world for the tests of the supervisor: a real one in a process of its own, and parts to put under it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from calendar_app.supervising.guard import descendants

UP = """
import fcntl, json, sys, termios, time
from pathlib import Path
from calendar_app import supervisor
from calendar_app.supervising import CannotStart, children, folder_lock, private_redis

told = json.loads(sys.argv[1])
folder = Path(told["folder"])
children.FIRST_PAUSE = told["first_pause"]
if told["terminal"]:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

def part(name, code, *, reports=False, seconds_to_ask=0, argv=None, **more):
    def ready():
        time.sleep(seconds_to_ask)
        return (folder / f"{name}.ready").exists()

    ready = ready if reports else None
    argv = argv or [sys.executable, "-u", "-I", "-S", "-c", code]
    return supervisor.Part(name, argv, {"NAME": name}, ready, **more)

def private():
    argv, url = private_redis.argv(folder)
    private_redis.prepare(folder)
    return supervisor.Part("redis", argv, ready=lambda: private_redis.answers(url))

def on_ready():
    with (folder / "ledger").open("a") as ledger:
        ledger.write("all are ready\\n")

try:
    with folder_lock.hold(folder) as lock:
        parts = [private()] * told["redis"] + [part(**wanted) for wanted in told["parts"]]
        sys.exit(supervisor.run(parts, on_ready=on_ready, grace_seconds=told["grace"], lock=lock))
except CannotStart as error:
    sys.exit(str(error))
"""

PART = """
import os, signal, sys, time
name = os.environ["NAME"]
folder = os.environ["FOLDER"]
def write(line):
    with open(folder + "/ledger", "a") as ledger: ledger.write(name + " " + line + "\\n")
def is_ready(): open(f"{folder}/{name}.ready", "w").close()
def stay():
    while True: time.sleep(60)
"""

POLITE = (
    PART
    + """
heard = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, _: heard.append(signal.Signals(number).name))
write("started")
time.sleep(0.2)
is_ready()
while not heard: time.sleep(0.01)
time.sleep(0.2)
write("heard " + " ".join(heard))
"""
)

# The part, a child in a session of its own, and an orphan: all deaf to whatever can be ignored.
STUBBORN = (
    PART
    + """
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: stay()
        write("left an orphan")
        os._exit(0)
    stay()
while not os.path.exists(folder + "/ledger"): time.sleep(0.01)
is_ready()
stay()
"""
)


USUAL = {"grace": 10.0, "first_pause": 0.05, "terminal": False, "redis": False}


class Up:
    """One running supervisor. Every process that comes from it carries the mark in its environment."""

    def __init__(self, folder: Path, mark: str, *parts: dict[str, object], **more: object) -> None:
        self.folder, self.mark = folder, mark
        self.terminal: int | None = None
        self.seen: set[int] = set()
        told = {**USUAL, "folder": str(folder), "parts": parts, **more}
        self.said_file = folder / f"said-{uuid4().hex}"
        keyboard = subprocess.DEVNULL
        if told["terminal"]:
            self.terminal, keyboard = pty.openpty()
        with self.said_file.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", UP, json.dumps(told)],
                env={**os.environ, "MARK": mark, "FOLDER": str(folder)},
                stdin=keyboard,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        if told["terminal"]:
            os.close(keyboard)

    def press_ctrl_c(self) -> None:
        assert self.terminal is not None
        os.write(self.terminal, b"\x03")

    def said(self) -> str:
        return self.said_file.read_text()

    def lines(self, name: str) -> list[str]:
        prefixed = (line.partition("|") for line in self.said().splitlines())
        return [text[1:] for who, _, text in prefixed if who.strip() == name]

    def ledger(self) -> list[str]:
        file = self.folder / "ledger"
        return file.read_text().splitlines() if file.exists() else []

    def until_ready(self) -> None:
        until(lambda: "all are ready" in self.ledger(), self.said)

    def ended(self) -> int:
        return self.process.wait(timeout=15)

    def survivors(self) -> list[int]:
        """All that came from the supervisor and lives; Redis writes its title over its environment."""
        self.seen |= descendants(self.process.pid)
        return sorted({*marked(self.mark), *filter(alive, self.seen)} - {self.process.pid})

    def survivors_after(self, seconds: float) -> list[int]:
        end = time.monotonic() + seconds
        while self.survivors() and time.monotonic() < end:
            time.sleep(0.02)
        return self.survivors()

    def guard(self) -> int:
        """The guard of the only part: the process that no other one below the supervisor contains."""
        below = {pid: descendants(pid) for pid in descendants(self.process.pid)}
        return next(pid for pid in below if not any(pid in others for others in below.values()))


@pytest.fixture
def up(tmp_path: Path) -> Iterator[object]:
    mark = uuid4().hex
    started: list[Up] = []

    def start(*parts: dict[str, object], folder: Path = tmp_path, **more: object) -> Up:
        started.append(Up(folder, mark, *parts, **more))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        if one.terminal is not None:
            os.close(one.terminal)
    left = sorted({pid for one in started for pid in one.survivors_after(5.0)})
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def until(true, otherwise, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.02)


def marked(mark: str) -> list[int]:
    wanted = f"MARK={mark}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
        except OSError:
            continue
    return found


def alive(pid: int) -> bool:
    """A process that has ended but was not yet taken leave of by the system has no command line any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def part(name: str, code: str, **more: object) -> dict[str, object]:
    return {"name": name, "code": code, **more}
