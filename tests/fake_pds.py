"""A PDS of the AT Protocol on loopback, as far as an app that posts meets one.

What it answers follows the reference implementation (bluesky-social/atproto, packages/pds), and so do its names
of errors; what it misbehaves in comes from `tests.receiver`. Its records are the verdict of the tests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

from tests.receiver import Behaviour, Receiver

XRPC = "/xrpc/"
SIGN_IN = f"{XRPC}com.atproto.server.createSession"
REFRESH = f"{XRPC}com.atproto.server.refreshSession"
PUT = f"{XRPC}com.atproto.repo.putRecord"
DELETE = f"{XRPC}com.atproto.repo.deleteRecord"
READ = f"{XRPC}com.atproto.repo.getRecord"
UPLOAD = f"{XRPC}com.atproto.repo.uploadBlob"
RESOLVE = f"{XRPC}com.atproto.identity.resolveHandle"
POST = "app.bsky.feed.post"
TID = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
APP_PASSWORD = "abcd-efgh-ijkl-mnop"
UPLOAD_LIMIT = 5_000_000
BLOB_LIMITS = {"app.bsky.embed.images": 2_000_000, "app.bsky.embed.external": 1_000_000}


class Refusal(Exception):
    """An error of the protocol: status, its name, a sentence, perhaps headers."""

    def __init__(self, status, error, message="", **headers):
        super().__init__(message or error)
        self.behaviour = _json({"error": error, "message": message or error}, status, headers)


@dataclass
class Owner:
    """One account of the server. `access` and `refresh` are the tokens that are good now."""

    handle: str
    did: str
    password: str
    access: set = field(default_factory=set)
    refresh: set = field(default_factory=set)
    standing: bool = True


class FakePds(Receiver):
    """Holds accounts, records and blobs. `records` maps rkey to (cid, record), `commits` counts what changed them."""

    def __init__(self):
        self.owners = {}
        self.records = {}
        self.commits = 0
        self.blobs = {}
        self.sign_ins_left = 30
        self._issued = 0
        super().__init__()

    def add(self, handle, password=APP_PASSWORD):
        owner = Owner(handle, f"did:plc:{_digest(handle)[:24]}", password)
        self.owners[owner.did] = owner
        return owner

    def plan(self, *behaviours, path=PUT, then=None):
        super().plan(*behaviours, path=path, then=then)

    def at(self, path=PUT):
        return super().at(path)

    def expire_access(self):
        """As after two hours."""
        for owner in self.owners.values():
            owner.access.clear()

    def expire_sessions(self):
        """As after two months, or a new password."""
        self.expire_access()
        for owner in self.owners.values():
            owner.refresh.clear()

    def _respond(self, sock, at, method, path, headers, body):
        bare, _, query = path.partition("?")
        with self._lock:
            planned = self._plans[bare]
            behaviour = planned.popleft() if planned else self._usual.get(bare)
            planned.appendleft(self._dressed(behaviour, method, bare, query, headers, body))
        return super()._respond(sock, at, method, bare, headers, body)

    def _dressed(self, behaviour, method, path, query, headers, body):
        """What happens here happens before any planned misbehaviour, and its answer is what is garbled then."""
        if behaviour is not None and not behaviour.processes:
            return behaviour
        done = self._done(method, path, parse_qs(query), headers, body)
        if behaviour is None:
            return done
        if behaviour.body != b"ok" or not 200 <= behaviour.status < 300:
            return behaviour
        return replace(
            behaviour, status=done.status, body=done.body, headers={**done.headers, **behaviour.headers}
        )

    def _done(self, method, path, query, headers, body):
        """Replies with a Behaviour of its own; one that refuses has not processed anything."""
        asked = {name: values[0] for name, values in query.items()}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        try:
            if path == UPLOAD:
                return _json(self._upload(token, headers, body))
            given = asked if method == "GET" else json.loads(body or b"{}")
            return _json(self._methods()[method, path](token, given))
        except Refusal as refusal:
            return replace(refusal.behaviour, processes=False)
        except KeyError:
            return replace(_json({"error": "MethodNotImplemented"}, 501), processes=False)

    def _methods(self):
        return {
            ("POST", SIGN_IN): self._sign_in,
            ("POST", REFRESH): self._refresh,
            ("POST", PUT): self._put,
            ("POST", DELETE): self._delete,
            ("GET", READ): self._read_record,
            ("GET", RESOLVE): self._resolve,
        }

    def _sign_in(self, _, given):
        if self.sign_ins_left <= 0:
            reset = str(int(time.time()) + 120)
            raise Refusal(429, "RateLimitExceeded", "Rate Limit Exceeded", ratelimit_reset=reset)
        self.sign_ins_left -= 1
        for owner in self.owners.values():
            if given["identifier"] in (owner.handle, owner.did) and given["password"] == owner.password:
                return self._session(owner)
        raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")

    def _refresh(self, token, _):
        for owner in self.owners.values():
            if token in owner.refresh:
                owner.refresh.discard(token)
                return self._session(owner)
        raise Refusal(400, "ExpiredToken", "Token has been revoked")

    def _session(self, owner):
        self._issued += 1
        access, refresh = f"access-{self._issued}", f"refresh-{self._issued}"
        owner.access.add(access)
        owner.refresh.add(refresh)
        return {
            "did": owner.did,
            "handle": owner.handle,
            "accessJwt": access,
            "refreshJwt": refresh,
            "active": True,
        }

    def _owner(self, token):
        if not token:
            raise Refusal(401, "AuthMissing", "Authentication Required")
        for owner in self.owners.values():
            if token in owner.access:
                if not owner.standing:
                    raise Refusal(401, "AccountTakedown", "Account has been taken down")
                return owner
        raise Refusal(400, "ExpiredToken", "Token has expired")

    def _put(self, token, given):
        owner = self._owner(token)
        if given["repo"] != owner.did:
            raise Refusal(401, "AuthenticationRequired")
        record, key = given["record"], given["rkey"]
        self._check(record, key)
        cid, there = _cid("bafyrei", record), self.records.get((owner.did, key))
        uri = f"at://{owner.did}/{given['collection']}/{key}"
        if there and there[0] == cid:
            return {"uri": uri, "cid": cid, "validationStatus": "valid"}
        if there and "swapRecord" in given and given["swapRecord"] != there[0]:
            raise Refusal(400, "InvalidSwap", f"Record was at {there[0]}")
        self.records[owner.did, key] = (cid, record)
        self.commits += 1
        return {"uri": uri, "cid": cid, "commit": {"cid": cid, "rev": key}, "validationStatus": "valid"}

    def _check(self, record, key):
        wrong = _wrong_in(record, key)
        if wrong:
            raise Refusal(400, "InvalidRequest", f"Invalid app.bsky.feed.post record: {wrong}")
        embed = record.get("embed", {})
        for blob in _blobs_in(embed):
            if blob["ref"]["$link"] not in self.blobs:
                raise Refusal(400, "BlobNotFound", f"Could not find blob: {blob['ref']['$link']}")
            if blob["size"] > BLOB_LIMITS[embed["$type"]]:
                raise Refusal(400, "InvalidRequest", "blob too big")

    def _delete(self, token, given):
        owner = self._owner(token)
        if given["repo"] != owner.did:
            raise Refusal(401, "AuthenticationRequired")
        if self.records.pop((owner.did, given["rkey"]), None) is None:
            return {}
        self.commits += 1
        return {"commit": {"cid": "bafy", "rev": given["rkey"]}}

    def _read_record(self, _, given):
        found = self.records.get((given["repo"], given["rkey"]))
        if found is None:
            raise Refusal(400, "RecordNotFound", "Could not locate record")
        uri = f"at://{given['repo']}/{given['collection']}/{given['rkey']}"
        return {"uri": uri, "cid": found[0], "value": found[1]}

    def _upload(self, token, headers, body):
        self._owner(token)
        if len(body) > UPLOAD_LIMIT:
            raise Refusal(413, "PayloadTooLarge", "request entity too large")
        cid = "bafkrei" + _digest(body)
        self.blobs[cid] = body
        reference = {
            "$type": "blob",
            "ref": {"$link": cid},
            "mimeType": headers["content-type"],
            "size": len(body),
        }
        return {"blob": reference}

    def _resolve(self, _, given):
        for owner in self.owners.values():
            if owner.handle == given["handle"]:
                return {"did": owner.did}
        raise Refusal(400, "InvalidRequest", "Unable to resolve handle")


def _wrong_in(record, key):
    """What the lexicon of a post has against it, or nothing."""
    text = record["text"].encode()
    if not TID.fullmatch(key):
        return "record key is no TID"
    if len(text) > 3000:
        return "Record/text must not be longer than 3000"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["createdAt"]):
        return "Record/createdAt must be a valid datetime"
    if len(record.get("langs", [])) > 3:
        return "Record/langs must not have more than 3 elements"
    if len(record.get("embed", {}).get("images", [])) > 4:
        return "Record/embed/images must not have more than 4 elements"
    for facet in record.get("facets", []):
        index = facet["index"]
        if not 0 <= index["byteStart"] < index["byteEnd"] <= len(text):
            return "Record/facets out of the text"
    return ""


def _blobs_in(embed):
    for image in embed.get("images", []):
        yield image["image"]
    if "thumb" in embed.get("external", {}):
        yield embed["external"]["thumb"]


def _cid(start, value):
    return start + _digest(json.dumps(value, sort_keys=True))


def _digest(value):
    content = value if isinstance(value, bytes) else value.encode()
    return base64.b32encode(hashlib.sha256(content).digest()).decode().lower().rstrip("=")


def _json(data, status=200, headers=None):
    named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    return Behaviour(status, {"content-type": "application/json", **named}, json.dumps(data).encode())
