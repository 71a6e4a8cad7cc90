"""Nothing is left, whoever is killed: every test counts the processes that carry its mark."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from rq import Queue

from calendar_app.supervising import private_redis
from tests.supervising import running
from tests.supervising.running import PART, STUBBORN, part, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for survivors in /proc")
up = running.up


def test_kill_9_of_the_supervisor_leaves_no_process_in_any_session(up):
    run = up(part("worker-1", STUBBORN, reports=True), part("worker-2", STUBBORN, reports=True))
    run.until_ready()
    until(lambda: run.ledger().count("worker-2 left an orphan") == 1, run.said)
    until(lambda: run.ledger().count("worker-1 left an orphan") == 1, run.said)
    until(lambda: len(run.survivors()) == 8, run.said)
    run.process.kill()
    run.process.wait()
    until(lambda: run.survivors() == [], lambda: str(run.survivors()), seconds=3)


def test_kill_9_while_the_supervisor_is_starting_leaves_no_process(up):
    run = up(part("store", PART + "stay()", reports=True))
    until(lambda: len(run.survivors()) == 2, run.said)
    run.process.kill()
    run.process.wait()
    until(lambda: run.survivors() == [], lambda: str(run.survivors()), seconds=3)


def test_a_killed_guard_takes_its_part_along_and_the_part_starts_again(up):
    run = up(part("worker", STUBBORN, reports=True))
    run.until_ready()
    before = run.survivors()
    os.kill(run.guard(), signal.SIGKILL)
    until(lambda: len(run.ledger()) >= 3, run.said)
    assert run.lines("sluice") == ["worker lost its guard; it starts again in 0.05 s."]
    assert set(before) & set(run.survivors()) == set()


def test_with_supervisor_and_guards_killed_alike_die_with_parent_ends_part_and_horse(up):
    horse = (
        PART
        + f"""
sys.path.insert(0, {str(Path(private_redis.__file__).parent)!r})
from guard import die_with_parent
parent = os.getpid()
if os.fork() == 0:
    os.setsid()
    die_with_parent(parent)
    is_ready()
stay()
"""
    )
    run = up(part("worker", horse, reports=True))
    run.until_ready()
    assert len(run.survivors()) == 3
    guard = run.guard()
    os.kill(guard, signal.SIGSTOP)
    run.process.kill()
    run.process.wait()
    os.kill(guard, signal.SIGKILL)
    until(lambda: run.survivors() == [], lambda: str(run.survivors()), seconds=3)


@pytest.mark.parametrize("how", ["ctrl-c", "kill -9"])
def test_gunicorn_redis_and_a_work_horse_in_the_middle_of_a_job_leave_nobody_behind(up, worker_folder, how):
    folder = worker_folder / how.replace(" ", "")
    folder.mkdir()
    url, web = private_redis.address(folder), f"127.0.0.1:{free_port()}"
    gunicorn = ["-m", "gunicorn", "--no-control-socket", "-k", "gthread", "-b", web]
    worker = ["-m", "rq.cli", "worker", "--quiet", "--url", url, "publish"]
    run = up(
        part("web", "", argv=[sys.executable, *gunicorn, "wsgiref.simple_server:demo_app"], turn=1),
        part("worker", "", argv=[sys.executable, *worker], turn=2),
        redis=True,
        terminal=True,
        grace=0.5,
        folder=folder,
    )
    until(lambda: private_redis.answers(url), run.said)
    with redis.Redis.from_url(url) as connection:
        Queue("publish", connection=connection).enqueue("time.sleep", 600)
    # Three guards, Redis, gunicorn's master and worker, RQ's worker and horse.
    until(lambda: len(run.survivors()) == 8, lambda: f"{run.survivors()} {run.said()}")
    if how == "ctrl-c":
        run.press_ctrl_c()
        assert run.ended() == 0
        assert run.survivors() == []
    else:
        run.process.kill()
        run.process.wait()
        until(lambda: run.survivors() == [], lambda: str(run.survivors()), seconds=3)


def test_who_asks_to_die_with_a_parent_that_is_gone_already_ends_there():
    asked = in_python("guard.die_with_parent(1); print('still here')")
    assert (asked.returncode, asked.stdout) == (-signal.SIGKILL, "")


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_child_gets_the_signal_it_asked_for_when_its_parent_ends(platform):
    asked = in_python(f"""
sys.platform = {platform!r}
parent = os.getpid()
if os.fork() == 0:
    signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"alone") and os._exit(0))
    guard.die_with_parent(parent, by=signal.SIGUSR1)
    os.write(1, b"asked ")
    while True: time.sleep(0.01)
time.sleep(0.3)
os._exit(0)
""")
    assert asked.stdout == "asked alone"


@pytest.mark.skipif(shutil.which("ps") is None, reason="asks ps, as on a machine without /proc")
def test_the_process_table_is_the_same_without_proc():
    asked = in_python("""
children = [subprocess.Popen(["sleep", "60"]) for _ in range(2)]
tables = [{pid for pid, parent in table if parent == os.getpid()} for table in (
    guard._parents(), guard._parents_from_ps())]
guard.end_descendants()
print({child.pid for child in children} == tables[0], len(tables[1] & tables[0]) == 2)
""")
    assert asked.stdout == "True True\n"


def test_what_is_spared_lives_on_with_all_below_it():
    asked = in_python("""
spared, other = (subprocess.Popen(["sh", "-c", "sleep 60 & wait"]) for _ in range(2))
while len(guard.descendants(os.getpid())) != 4: time.sleep(0.01)
assert guard.end_descendants(spare={spared.pid}) == set()
print(len(guard.descendants(os.getpid())), spared.poll())
guard.end_descendants()
print(len(guard.descendants(os.getpid())))
""")
    assert asked.stdout == "2 None\n0\n"


def in_python(code: str) -> subprocess.CompletedProcess[str]:
    start = "import os, signal, subprocess, sys, time\nfrom calendar_app.supervising import guard\n"
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-c", start + code]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
