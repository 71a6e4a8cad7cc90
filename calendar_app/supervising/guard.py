"""Stand between the supervisor and one part, so that nothing the part started outlives either of them.

The supervisor runs this file by its path (`python -I -S guard.py FDS COMMAND…`): it imports nothing but the
standard library and is there in some 20 ms. FDS is a comma-separated list of inherited descriptors: first
the reading end of a pipe whose other end only the supervisor holds, then those to keep open until the end.
A byte from the pipe passes SIGTERM to the part; its end (the supervisor is gone, or in a hurry) kills the
part and all that came from it. On Linux the guard adopts orphans: a session of its own saves no process.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Collection, Iterable

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36
KILLED = 128 + signal.SIGKILL


def die_with_parent(parent: int | None = None, *, by: signal.Signals = signal.SIGKILL) -> None:
    """Let this process get the signal `by` as soon as the process that forked it ends.

    Call it first thing in a forked child (an RQ work horse), with the process id taken before the fork:
    a parent that is gone already is then noticed too. The kernel means the *thread* that forked (prctl(2)),
    so fork from the main thread. Elsewhere than on Linux a thread looks twice a second.
    """
    expected = os.getppid() if parent is None else parent
    if not _prctl(PR_SET_PDEATHSIG, by):
        _look_after(expected, by)
    if os.getppid() != expected:
        os.kill(os.getpid(), by)


def adopt_orphans() -> None:
    """Make this process the new parent of any orphan among its descendants (Linux only)."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def descendants(of: int, *, spare: Collection[int] = ()) -> set[int]:
    """The process ids below `of`, leaving out those in `spare` and all below them."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found: set[int] = set()
    waiting = [of]
    while waiting:
        below = [pid for pid in children.get(waiting.pop(), ()) if pid not in spare and pid not in found]
        found.update(below)
        waiting.extend(below)
    return found


def end_descendants(*, spare: Collection[int] = (), patience: float = 5.0) -> set[int]:
    """SIGKILL and reap everything below this process; the ids still there after `patience` seconds."""
    until = time.monotonic() + patience
    while (left := descendants(os.getpid(), spare=spare)) and time.monotonic() < until:
        for pid in left:
            _signal(pid, signal.SIGKILL)
        for pid in left:
            _reap(pid)
        time.sleep(0.005)
    return left


def main(argv: list[str]) -> int:
    """Guard one command; its exit code, or 128 + the number of the signal that ended it."""
    kept = [int(number) for number in argv[0].split(",")]
    for descriptor in kept:
        os.set_inheritable(descriptor, False)
    adopt_orphans()
    woken = _wake_on_signals()
    part = _start(argv[1:])
    code = _watch_over(part, kept[0], woken)
    if sys.platform != "linux":
        _signal(-part, signal.SIGKILL)  # without adoption, the part's group is what can still be reached
    for pid in sorted(end_descendants()):
        sys.stderr.write(f"Process {pid} could not be ended.\n")
    return code


def _wake_on_signals() -> int:
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return woken


def _start(command: list[str]) -> int:
    guard = os.getpid()
    part = os.fork()
    if part:
        return part
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.setpgid(0, 0)
        if sys.platform == "linux":
            die_with_parent(guard)
        os.execvp(command[0], command)  # noqa: S606 - the command is the supervisor's own
    except OSError as error:
        os.write(2, f"{command[0]} cannot be started: {error.strerror}.\n".encode())
    finally:
        os._exit(127)


def _watch_over(part: int, life: int, woken: int) -> int:
    while True:
        readable, _, _ = select.select([life, woken], [], [])
        if woken in readable and _asked_to_stop(os.read(woken, 512)):
            _signal(part, signal.SIGTERM)
        if life in readable:
            if not os.read(life, 16):
                return KILLED
            _signal(part, signal.SIGTERM)
        code = _reap_all(part)
        if code is not None:
            return code


def _asked_to_stop(numbers: bytes) -> bool:
    return any(number != signal.SIGCHLD for number in numbers)


def _reap_all(part: int) -> int | None:
    """Take leave of every ended child, adopted ones too; the part's exit code if it was among them."""
    code = None
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == part:
                ended = os.waitstatus_to_exitcode(status)
                code = ended if ended >= 0 else 128 - ended
    except ChildProcessError:
        pass
    return code


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # not a child of ours: its own parent, or we once it is an orphan, will do it


def _parents() -> Iterable[tuple[int, int]]:
    if not os.path.isdir("/proc/self"):
        yield from _parents_from_ps()
        return
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    # The name of the program stands in brackets and may itself hold brackets (proc(5)).
                    yield int(name), int(stat.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):
                continue


def _parents_from_ps() -> Iterable[tuple[int, int]]:
    import subprocess

    table = subprocess.run(["ps", "-Ao", "pid=,ppid="], capture_output=True, check=False)  # noqa: S607
    for line in table.stdout.splitlines():
        pid, parent = line.split()
        yield int(pid), int(parent)


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None).prctl
    return bool(call(option, ctypes.c_ulong(value), 0, 0, 0) == 0)


def _look_after(parent: int, by: signal.Signals) -> None:
    import threading

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), by)

    threading.Thread(target=look, name="die with parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
