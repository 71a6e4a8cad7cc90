"""Forks the processes that tests start. It has imported all that they need, which takes a start more than a second.

`sluice up` in tests/test_stopping.py, tests/supervising and tests/faults starts the same commands from nothing.
"""

from __future__ import annotations

import gc
import importlib
import json
import mmap
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = "from tests.warm_parent import main; main()"


class WarmParent:
    """That process as a test sees it; it ends when the test run does."""

    def __init__(self):
        self.talk, theirs = socket.socketpair()
        self.heard, self.answers = b"", []
        self.ended: dict[int, int] = {}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(theirs.fileno())], cwd=ROOT, pass_fds=[theirs.fileno()]
            )

    def start(self, command, environment):
        """A process of this command of `sluice`, in a session of its own."""
        told = {"command": command, "environment": environment, "folder": os.getcwd()}
        self.talk.sendall(json.dumps(told).encode() + b"\n")
        while not self.answers:
            self.listen(60)
        return Started(self.answers.pop(), self)

    def listen(self, seconds):
        """Hear what it says within so many seconds: whom it has started, and who has ended how."""
        if not select.select([self.talk], [], [], seconds)[0]:
            return
        more = self.talk.recv(65536)
        assert more, "the warm parent has ended"
        *lines, self.heard = (self.heard + more).split(b"\n")
        for pid, code in map(json.loads, lines):
            if code is None:
                self.answers.append(pid)
            else:
                self.ended[pid] = code

    def close(self):
        self.talk.close()
        self.process.wait(10)


class Started:
    """A process that was started there; like `subprocess.Popen`, as far as tests need it."""

    def __init__(self, pid, parent):
        self.pid, self.parent, self.returncode = pid, parent, None

    def poll(self):
        self.parent.listen(0)
        if self.returncode is None:
            self.returncode = self.parent.ended.pop(self.pid, None)
        return self.returncode

    def wait(self, timeout):
        until = time.monotonic() + timeout
        while self.poll() is None:
            if (left := until - time.monotonic()) <= 0:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            self.parent.listen(left)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def main():
    """Fork whatever is asked for, until whoever asks is gone."""
    talk = socket.socket(fileno=int(sys.argv[1]))
    woken, note = os.pipe()
    for end in (woken, note):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(note)
    _warm()
    parent, asked = os.getpid(), b""
    while True:
        ready, _, _ = select.select([talk, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_who_ended(talk)
        if talk in ready:
            more = talk.recv(65536)
            if not more:
                return
            *lines, asked = (asked + more).split(b"\n")
            for line in lines:
                begun, begins = os.pipe()
                pid = os.fork()
                if pid == 0:
                    talk.close()
                    for end in (woken, note, begun):
                        os.close(end)
                    _become(parent, begins, **json.loads(line))
                    return
                os.close(begins)
                os.read(begun, 1)
                os.close(begun)
                talk.sendall(json.dumps([pid, None]).encode() + b"\n")


def _warm():
    import sqlalchemy.orm

    for name in ("calendar_app", "jobs"):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in found.name:
                importlib.import_module(found.name)
    sqlalchemy.orm.configure_mappers()
    gc.collect()
    gc.freeze()


def _tell_who_ended(talk):
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            talk.sendall(json.dumps([pid, os.waitstatus_to_exitcode(status)]).encode() + b"\n")


def _become(parent, begins, *, command, environment, folder):
    """Be what `python -m calendar_app COMMAND…` is in this environment."""
    from calendar_app import commands, stopping
    from calendar_app.supervising.guard import die_with_parent

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    # Whoever has the number of this process can now end its whole session.
    os.close(begins)
    die_with_parent(parent)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    # Only with the processes that this one forks.
    stopping._memory = mmap.mmap(-1, len(stopping._memory))
    stopping.PATIENCE = float(environment.get("TEST_PATIENCE", stopping.PATIENCE))
    stopping.LONGEST = float(environment.get("TEST_LONGEST", stopping.LONGEST))
    sys.argv = ["sluice", *command]
    commands.main()
