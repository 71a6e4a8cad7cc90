"""Signed in with handle and app password: one session per account, used again, refreshed, made anew when it must."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from calendar_app.channels import answers
from calendar_app.channels.adapter import NotSent, Rejected, Revoked
from calendar_app.channels.bluesky import xrpc
from calendar_app.channels.bluesky.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from calendar_app.channels.adapter import Call, Parcel, Trouble
    from calendar_app.channels.bluesky.xrpc import Reply

# What a server answers to a sign-in that will not succeed with this handle and password.
REFUSES_SIGN_IN = {400, 401}


@dataclass(frozen=True)
class Session:
    """`handle` as the server knows it now. The tokens are secrets."""

    did: str
    handle: str
    access: str
    refresh: str


class Sessions:
    """The sessions of this process and of those that it forks; safe for many threads."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def of(self, parcel: Parcel, call: Call) -> Session:
        """The kept session, else a new one. Raises NotSent, Revoked."""
        name = _name(parcel)
        with self._alone(name, parcel):
            return self._kept(name) or self._new(name, parcel, call)

    def renewed(self, parcel: Parcel, call: Call, refused: Session) -> Session:
        """A session instead of a refused one: refreshed, else new; the one that another thread got meanwhile."""
        name = _name(parcel)
        with self._alone(name, parcel):
            kept = self._kept(name)
            if kept and kept.access != refused.access:
                return kept
            return self._refreshed(name, parcel, call, refused) or self._new(name, parcel, call)

    def new(self, parcel: Parcel, call: Call) -> Session:
        """A new session whatever is kept: what proves that handle and password are good. Raises NotSent, Revoked."""
        name = _name(parcel)
        with self._alone(name, parcel):
            return self._new(name, parcel, call)

    @contextmanager
    def _alone(self, name: str, parcel: Parcel) -> Iterator[None]:
        if not self._locks[name].acquire(timeout=max(parcel.deadline - time.monotonic(), 0)):
            raise NotSent("The worker was held up; the next attempt follows.")
        try:
            yield
        finally:
            self._locks[name].release()

    def _kept(self, name: str) -> Session | None:
        found = self._shelf.take(name)
        return Session(**found["session"]) if "session" in found else None

    def _refreshed(self, name: str, parcel: Parcel, call: Call, old: Session) -> Session | None:
        reply = xrpc.ask(call, parcel, "com.atproto.server.refreshSession", token=old.refresh)
        if reply.good and _is_session(reply):
            return self._keep(name, reply)
        if reply.good or (400 <= reply.status < 500 and reply.status != 429):
            return None
        raise _not_now(reply, call)

    def _new(self, name: str, parcel: Parcel, call: Call) -> Session:
        self._wait_as_told(name, call)
        data = {"identifier": parcel.settings["handle"], "password": parcel.secrets["password"]}
        reply = xrpc.ask(call, parcel, "com.atproto.server.createSession", data=data)
        if reply.good and _is_session(reply):
            return self._keep(name, reply)
        if reply.status in REFUSES_SIGN_IN:
            self._shelf.keep(name, {})
            raise Revoked(
                f"Bluesky does not take this handle and app password. {xrpc.said_by(reply)}".strip()
            )
        if reply.good:
            raise NotSent("The service address does not answer as a Bluesky server does. Check it.")
        if reply.status == 429:
            self._remember_wait(name, reply, call)
        raise _not_now(reply, call)

    def _keep(self, name: str, reply: Reply) -> Session:
        made = Session(*(reply.text(part) for part in ("did", "handle", "accessJwt", "refreshJwt")))
        self._shelf.keep(name, {"session": asdict(made)})
        return made

    def _remember_wait(self, name: str, reply: Reply, call: Call) -> None:
        until = answers.not_before(reply.headers, call.now())
        if until:
            self._shelf.keep(name, {"not_before": until.timestamp()})

    def _wait_as_told(self, name: str, call: Call) -> None:
        """Signing in too often shuts the account out for longer: the time that was named holds for all its posts."""
        until = datetime.fromtimestamp(float(self._shelf.take(name).get("not_before", 0)), UTC)
        if until > call.now():
            raise NotSent("The receiver is busy (429).", after=until)


class Line:
    """Calls in the name of one account: a refused token is renewed once, and a second refusal is final."""

    def __init__(self, parcel: Parcel, call: Call, sessions: Sessions) -> None:
        self.parcel, self.call = parcel, call
        self._sessions = sessions
        self.session = sessions.of(parcel, call)

    def ask(self, name: str, **what: Any) -> Reply:
        """As `xrpc.ask`. Raises NotSent, Revoked."""
        return self._with_token(lambda token: xrpc.ask(self.call, self.parcel, name, token=token, **what))

    def write(self, name: str, data: Mapping[str, Any]) -> Reply:
        """As `xrpc.write`. Raises NotSent, Unclear, Revoked."""
        return self._with_token(lambda token: xrpc.write(self.call, self.parcel, name, data, token))

    def _with_token(self, do: Callable[[str], Reply]) -> Reply:
        reply = do(self.session.access)
        if reply.refuses_token:
            self.session = self._sessions.renewed(self.parcel, self.call, self.session)
            reply = do(self.session.access)
        if reply.refuses_token:
            raise Revoked(
                f"Bluesky does not take this handle and app password. {xrpc.said_by(reply)}".strip()
            )
        return reply


def _name(parcel: Parcel) -> str:
    """One session per account and password: a new password never finds the old one's session."""
    parts = (parcel.settings["service"], parcel.settings["handle"], parcel.secrets["password"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _not_now(reply: Reply, call: Call) -> Trouble:
    """No answer to a sign-in says anything against the post."""
    found = xrpc.trouble(reply, call, published=False)
    return NotSent(found.reason) if isinstance(found, Rejected) else found


def _is_session(reply: Reply) -> bool:
    return all(reply.text(part) for part in ("did", "handle", "accessJwt", "refreshJwt"))
