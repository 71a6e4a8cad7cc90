import os
import subprocess
import sys

import pytest

from calendar_app.supervising import CannotStart, folder_lock
from calendar_app.supervising.folder_lock import AlreadyRunning


def test_the_lock_is_free_again_when_it_is_let_go(tmp_path):
    with folder_lock.hold(tmp_path):
        pass
    with folder_lock.hold(tmp_path):
        assert (tmp_path / "up.lock").read_text() == f"{os.getpid()}\n"
    assert (tmp_path / "up.lock").stat().st_mode & 0o777 == 0o600


def test_a_holder_that_lives_is_named_at_once(tmp_path):
    with folder_lock.hold(tmp_path), pytest.raises(AlreadyRunning) as refusal, folder_lock.hold(tmp_path):
        pass
    assert str(refusal.value) == (
        f"Sluice is already running on the data folder {tmp_path} (process {os.getpid()}); "
        "stop it first, or name another folder in SLUICE_DATA."
    )


def test_while_guards_of_a_dead_holder_keep_the_lock_the_next_waits_then_gives_up_without_a_name(tmp_path):
    with folder_lock.hold(tmp_path):
        (tmp_path / "up.lock").write_text(f"{a_dead_process()}\n")
        with pytest.raises(AlreadyRunning) as refusal, folder_lock.hold(tmp_path, patience=0.1):
            pass
    assert str(refusal.value) == (
        f"Sluice is already running on the data folder {tmp_path}; "
        "stop it first, or name another folder in SLUICE_DATA."
    )


def test_a_child_that_got_the_descriptor_keeps_the_lock_after_its_parent_let_go(tmp_path):
    with folder_lock.hold(tmp_path) as lock:
        guard = subprocess.Popen(["sleep", "60"], pass_fds=[lock])
    (tmp_path / "up.lock").write_text(f"{a_dead_process()}\n")
    with pytest.raises(AlreadyRunning), folder_lock.hold(tmp_path, patience=0.1):
        pass
    guard.kill()
    guard.wait()
    with folder_lock.hold(tmp_path, patience=0.1):
        pass


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CannotStart) as refusal, folder_lock.hold(tmp_path / "gone"):
        pass
    assert str(refusal.value) == (
        f"The data folder {tmp_path / 'gone'} cannot be used (No such file or directory); "
        "name one that this user may write in SLUICE_DATA."
    )


def a_dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
    process.wait()
    return process.pid
