"""Real supervisors with real parts: in which order, what is said, and what is left."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from tests.supervising import running
from tests.supervising.running import PART, POLITE, STUBBORN, UP, USUAL, marked, part, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for survivors in /proc")
up = running.up


def test_a_turn_starts_when_the_one_before_is_ready_and_ctrl_c_ends_them_the_other_way_round(up):
    run = up(
        part("worker", POLITE, turn=2, reports=True),
        part("store", POLITE, turn=0, reports=True),
        part("web", POLITE, turn=1, reports=True),
        terminal=True,
    )
    run.until_ready()
    run.press_ctrl_c()
    assert run.ended() == 0
    assert run.ledger() == [
        "store started",
        "web started",
        "worker started",
        "all are ready",
        "worker heard SIGTERM",
        "web heard SIGTERM",
        "store heard SIGTERM",
    ]
    assert run.survivors() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_supervisor_alone_stops_everything_in_order(up, number):
    run = up(part("web", POLITE, reports=True))
    run.until_ready()
    run.process.send_signal(number)
    assert run.ended() == 0
    assert run.ledger()[-1] == "web heard SIGTERM"
    assert run.survivors() == []


def test_ctrl_c_while_parts_still_start_stops_those_that_run(up):
    run = up(part("store", POLITE), part("web", PART + "stay()", turn=1, reports=True), terminal=True)
    until(lambda: (run.folder / "store.ready").exists(), run.said)
    until(lambda: len(run.survivors()) == 4, run.said)
    run.press_ctrl_c()
    assert run.ended() == 0
    assert run.ledger() == ["store started", "store heard SIGTERM"]


def test_what_ignores_sigterm_is_killed_after_the_grace_and_so_is_all_that_came_from_it(up):
    run = up(part("worker", STUBBORN, reports=True), terminal=True, grace=0.3)
    run.until_ready()
    # Guard, part, its child, its orphan.
    until(lambda: len(run.survivors()) == 4, run.said)
    run.press_ctrl_c()
    assert run.ended() == 0
    assert run.survivors() == []
    assert run.lines("sluice")[-1] == "worker does not end and is killed."


def test_a_second_ctrl_c_waits_for_nobody(up):
    run = up(part("worker", STUBBORN, reports=True), terminal=True, grace=600.0)
    run.until_ready()
    run.press_ctrl_c()
    until(lambda: "Stopping" in run.said(), run.said)
    time.sleep(0.6)  # the first half second is taken for the same key press
    run.press_ctrl_c()
    assert run.ended() == 0
    assert run.survivors() == []


def test_a_part_that_dies_is_started_again_and_its_end_is_said(up):
    crash = (
        PART
        + """
if not os.path.exists(folder + "/crashed"):
    open(folder + "/crashed", "w").close()
    print("out of luck", end="")
    sys.exit(3)
print("better now")
is_ready()
stay()
"""
    )
    run = up(part("worker", crash, reports=True))
    run.until_ready()
    until(lambda: run.lines("worker") == ["out of luck", "better now"], run.said)
    assert run.lines("sluice") == ["worker ended with exit code 3; it starts again in 0.05 s."]


def test_a_part_that_was_ready_is_started_again_after_any_number_of_deaths(up):
    run = up(
        part("web", PART + "is_ready(); time.sleep(0.15); os.kill(os.getpid(), 9)", reports=True),
        first_pause=0.001,
    )
    until(lambda: len(run.lines("sluice")) >= 7, run.said)
    assert run.process.poll() is None
    assert run.lines("sluice")[0] == "web was ended by SIGKILL; it starts again in 0.001 s."


def test_a_part_that_never_gets_ready_stops_everything_with_exit_code_1(up):
    run = up(
        part("store", POLITE, reports=True),
        part("web", PART + "print('no such table'); sys.exit(2)", turn=1, reports=True),
        first_pause=0.01,
    )
    assert run.ended() == 1
    pauses = [re.sub(r".* in (.*) s\.", r"\1", line) for line in run.lines("sluice")[:-1]]
    assert pauses == ["0.01", "0.02", "0.04", "0.08"]
    assert run.lines("sluice")[-1] == (
        "web ended with exit code 2, for the 5th time without ever being ready. "
        "Everything is stopped; the lines above say more."
    )
    assert run.lines("web") == ["no such table"] * 5
    assert run.ledger() == ["store started", "store heard SIGTERM"]
    assert run.survivors() == []


def test_a_command_that_does_not_exist_is_named(up):
    run = up(part("web", "", argv=["/nowhere/to/be/found"]), first_pause=0.001)
    assert run.ended() == 1
    assert run.lines("web") == ["/nowhere/to/be/found cannot be started: No such file or directory."] * 5


@pytest.mark.parametrize(("code", "exit_code", "ledger"), [(0, 0, ["all are ready"]), (4, 1, [])])
def test_a_part_that_runs_once_is_not_started_again(up, code, exit_code, ledger):
    run = up(part("demo", PART + f"sys.exit({code})", restart=False, reports=True))
    until(lambda: "demo ended with exit code" in run.said(), run.said)
    if code == 0:
        run.until_ready()
        run.process.terminate()
    assert run.ended() == exit_code
    assert run.ledger() == ledger


def test_a_second_supervisor_on_a_folder_is_told_who_has_it(up):
    first = up(part("web", POLITE, reports=True))
    first.until_ready()
    second = up(part("web", POLITE, reports=True))
    assert second.ended() == 1
    assert second.said() == (
        f"Sluice is already running on the data folder {first.folder} (process {first.process.pid}); "
        "stop it first, or name another folder in SLUICE_DATA.\n"
    )
    assert first.process.poll() is None


def test_after_kill_9_the_next_supervisor_waits_for_the_last_process_of_the_first(up):
    first = up(part("worker", STUBBORN, reports=True))
    first.until_ready()
    guard, old = first.guard(), first.survivors()
    os.kill(guard, signal.SIGSTOP)
    first.process.kill()
    first.process.wait()
    second = up(part("web", POLITE))
    time.sleep(1.5)  # long enough for a start that does not wait
    assert [line for line in second.ledger() if line.startswith("web")] == []
    assert set(filter(running.alive, old)) == set(old)
    os.kill(guard, signal.SIGCONT)
    until(lambda: "web started" in second.ledger(), second.said)
    assert set(filter(running.alive, old)) == set()


def test_what_a_quiet_part_says_while_it_is_being_asked_belongs_to_its_way(up):
    store = (
        PART + "time.sleep(0.2); print('warming up'); is_ready(); time.sleep(1.2); print('at work'); stay()"
    )
    run = up(part("store", store, quiet_start=True, reports=True, seconds_to_ask=0.5))
    until(lambda: run.lines("store"), run.said)
    assert run.lines("store") == ["at work"]


def test_what_a_quiet_part_says_on_its_way_is_shown_only_if_it_does_not_arrive(up):
    fine = up(
        part("store", PART + "print('hello'); is_ready(); stay()", quiet_start=True, reports=True),
        part("web", PART + "print('busy'); is_ready(); stay()", turn=1, reports=True),
    )
    fine.until_ready()
    until(lambda: fine.lines("web") == ["busy"], fine.said)
    assert fine.lines("store") == []
    fine.process.terminate()
    assert fine.ended() == 0
    (fine.folder / "store.ready").unlink()
    broken = up(part("store", PART + "print('disk full'); sys.exit(1)", quiet_start=True, reports=True))
    assert broken.ended() == 1
    assert broken.lines("store") == ["disk full"] * 5


def test_a_closed_terminal_does_not_take_the_service_down(tmp_path):
    mark, (reader, writer) = uuid4().hex, os.pipe()
    told = {**USUAL, "folder": str(tmp_path)}
    told["parts"] = [
        part("web", PART + "for n in range(20): print(n); time.sleep(0.05)\nis_ready(); stay()", reports=True)
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", UP, json.dumps(told)],
        env={**os.environ, "MARK": mark, "FOLDER": str(tmp_path)},
        stderr=writer,
    )
    os.close(writer)
    os.read(reader, 100)
    os.close(reader)
    until(lambda: (tmp_path / "ledger").exists(), lambda: "it never became ready")
    process.terminate()
    assert process.wait(timeout=15) == 0
    assert marked(mark) == []
