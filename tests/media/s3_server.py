"""A real S3 server on loopback, for as long as the tests of this process run: rclone over a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from calendar_app.media.bucket import Bucket
from calendar_app.media.place import bucket_of
from tests.conftest import wait_until

KEY, SECRET, REGION = "SLUICEKEY", "it/has+odd=characters", "eu-north-1"
PROGRAM = Path(sys.executable).with_name("rclone")


@dataclass
class S3Server:
    """`folder` holds a folder for each bucket: what the server says it has, a test can see."""

    port: int
    folder: Path
    process: subprocess.Popen

    def address(self, bucket="pictures", *, secret=SECRET):
        """As an operator writes it."""
        return f"s3://{KEY}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{bucket}?region={REGION}&tls=0"

    def bucket(self, name="pictures", **options):
        return Bucket(bucket_of(self.address(name, **options)))

    def emptied(self, name="pictures"):
        """An empty bucket of this name."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir()
        return self.bucket(name)

    def stop(self):
        self.process.kill()
        self.process.wait(10)


def start(folder, *, open_to_all=False):
    """Serve the folder, to whoever has the key or to everybody."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keys = [] if open_to_all else ["--auth-key", f"{KEY},{SECRET}"]
    process = subprocess.Popen(
        [PROGRAM, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--dir-cache-time", "0s", "--config", os.devnull,
         *keys, str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"HOME": str(folder), "PATH": os.defpath},
    )  # fmt: skip
    wait_until(lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None, 10)
    return S3Server(port, folder, process)
