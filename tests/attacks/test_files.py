"""Other people on the same machine read nothing of what Sluice writes, whatever its folder allows."""

from __future__ import annotations

import os
import subprocess
import sys


def test_what_is_written_is_for_its_owner_alone(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    asked = [
        sys.executable,
        "-m",
        "calendar_app",
        "people",
        "add",
        "a@example.org",
        "--team",
        "T",
        "--role",
        "owner",
    ]
    subprocess.run(
        asked, check=True, env={**os.environ, "SLUICE_DATA": str(folder)}, umask=0o022,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    readable = {path.name for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077}
    assert (readable, (folder / "sluice.db").exists()) == (set(), True)
