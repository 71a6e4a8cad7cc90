"""Putting the parts of a post one after the other, and taking them back.

Each part has its record key before the first attempt and is put with `swapRecord: null`, which means "only where
nothing is": the same record again is answered 200 and changes nothing, another one is answered InvalidSwap.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from calendar_app.channels.adapter import Fit, NotSent, Rejected, Sent, Trouble, Unclear, Unsure
from calendar_app.channels.bluesky import writing, xrpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.channels.adapter import Call, Parcel
    from calendar_app.channels.bluesky.session import Line, Session
    from calendar_app.channels.bluesky.xrpc import Reply

PICTURE = Fit(most_bytes=2_000_000, longest_side=2000)
READABLE = "https://bsky.app"
UNKNOWN_HANDLE = "handle.invalid"


def publish(parcel: Parcel, call: Call, line: Line) -> Sent:
    """Put what is not there yet. Raises a Trouble whose notes let the next attempt go on from where this one ended."""
    progress = _Progress(parcel)
    try:
        embed = _embed(progress, call, line)
        dids = _dids(progress, line)
        for number in range(len(progress.done), len(progress.parts)):
            record = writing.record(parcel.payload, number, dids=dids, embed=embed, before=progress.done)
            progress.done.append(_put(progress, number, record, line))
            if number + 1 < len(progress.parts):
                call.note(progress.notes())
    except Trouble as trouble:
        raise progress.told_by(trouble) from trouble
    first = progress.done[0]["uri"]
    return Sent(
        external_id=first,
        external_url=_page(first, line.session),
        notes=progress.notes(),
        remark=_remark(dids),
    )


def withdraw(parcel: Parcel, line: Line) -> Sent:
    """Delete each part, the last one first; what is not there any more is done. Raises a Trouble."""
    for key in reversed(_keys_to_delete(parcel, line.session.did)):
        reply = line.write(
            "com.atproto.repo.deleteRecord",
            {"repo": line.session.did, "collection": writing.POST, "rkey": key},
        )
        if not reply.good and reply.error != "RecordNotFound":
            raise xrpc.trouble(reply, line.call, published=True)
    return Sent(external_id=str(parcel.published.get("external_id") or ""))


class _Progress:
    """What earlier attempts have reached with this very payload, and this one so far."""

    def __init__(self, parcel: Parcel) -> None:
        self.payload, self.parts = parcel.payload, parcel.payload["parts"]
        self.mark = hashlib.sha256(json.dumps(parcel.payload, sort_keys=True).encode()).hexdigest()[:16]
        known = parcel.notes if parcel.notes.get("mark") == self.mark else {}
        self.done: list[dict[str, str]] = [dict(part) for part in known.get("parts", ())]
        self.blobs: dict[str, Any] = dict(known.get("blobs", {}))
        self.dids: dict[str, str] = dict(known.get("dids", {}))

    def notes(self) -> dict[str, Any]:
        return {
            "mark": self.mark,
            "rkeys": [part["rkey"] for part in self.parts],
            "parts": self.done,
            "blobs": self.blobs,
            "dids": self.dids,
        }

    def told_by(self, trouble: Trouble) -> Trouble:
        """With a part already there, "certainly nothing arrived" would be untrue: the rest must follow unchanged."""
        trouble.notes.update(self.notes())
        if not self.done:
            return trouble
        reason = f"{trouble.reason} {len(self.done)} of {len(self.parts)} parts are there already."
        if isinstance(trouble, NotSent):
            return Unclear(reason, after=trouble.after, notes=trouble.notes)
        if isinstance(trouble, Rejected):
            return Unsure(reason, notes=trouble.notes)
        return type(trouble)(reason, after=trouble.after, notes=trouble.notes)


def _embed(progress: _Progress, call: Call, line: Line) -> dict[str, Any] | None:
    """Of the first part; nothing is uploaded once that one is there."""
    if progress.done:
        return None
    if progress.payload["pictures"]:
        images = [_image(one, progress, call, line) for one in progress.payload["pictures"]]
        return {"$type": "app.bsky.embed.images", "images": images}
    if progress.payload["card"]:
        return {"$type": "app.bsky.embed.external", "external": dict(progress.payload["card"])}
    return None


def _image(one: Mapping[str, Any], progress: _Progress, call: Call, line: Line) -> dict[str, Any]:
    digest = one["digest"]
    if digest not in progress.blobs:
        progress.blobs[digest] = _uploaded(*call.picture(digest, PICTURE), line)
    return {
        "image": progress.blobs[digest],
        "alt": one["alt"],
        "aspectRatio": {"width": one["width"], "height": one["height"]},
    }


def _uploaded(content: bytes, media_type: str, line: Line) -> dict[str, Any]:
    if len(content) > PICTURE.most_bytes:
        raise Rejected("A picture of this post is too large for Bluesky. Take a smaller one.")
    reply = line.ask("com.atproto.repo.uploadBlob", blob=(content, media_type))
    blob = reply.data.get("blob")
    if not reply.good:
        raise xrpc.trouble(reply, line.call, published=False)
    if not isinstance(blob, dict):
        raise NotSent("The service address does not answer as a Bluesky server does. Check it.")
    return blob


def _dids(progress: _Progress, line: Line) -> dict[str, str]:
    """Whose the mentioned handles are; empty for one that nobody has: it stays plain text."""
    for part in progress.parts[len(progress.done) :]:
        for one in part["mentions"]:
            if one["handle"] not in progress.dids:
                progress.dids[one["handle"]] = _did_of(one["handle"], line)
    return progress.dids


def _did_of(handle: str, line: Line) -> str:
    reply = line.ask("com.atproto.identity.resolveHandle", query={"handle": handle})
    if reply.status in {429, 503}:
        raise xrpc.trouble(reply, line.call, published=False)
    did = reply.text("did") if reply.good else ""
    return did if did.startswith("did:") else ""


def _put(progress: _Progress, number: int, record: dict[str, Any], line: Line) -> dict[str, str]:
    """Uri and cid of a part that is now there."""
    key = progress.parts[number]["rkey"]
    reply = line.write(
        "com.atproto.repo.putRecord",
        {
            "repo": line.session.did,
            "collection": writing.POST,
            "rkey": key,
            "record": record,
            "swapRecord": None,
        },
    )
    if reply.good:
        return _standing(reply, key)
    if reply.error == "InvalidSwap":
        return _already_there(key, record, line)
    if reply.error == "BlobNotFound":
        progress.blobs.clear()
        raise NotSent("Bluesky has let go of a picture that was uploaded earlier; it is uploaded again.")
    raise xrpc.trouble(reply, line.call, published=True)


def _standing(reply: Reply, key: str) -> dict[str, str]:
    uri, cid = reply.text("uri"), reply.text("cid")
    if not (uri.startswith("at://") and uri.endswith(f"/{key}") and cid):
        raise Unclear("The answer does not say what became of the post.")
    return {"uri": uri, "cid": cid}


def _already_there(key: str, record: Mapping[str, Any], line: Line) -> dict[str, str]:
    """Another record under our own key: an earlier attempt's, in which a mention or picture came out differently."""
    query = {"repo": line.session.did, "collection": writing.POST, "rkey": key}
    reply = line.ask("com.atproto.repo.getRecord", query=query)
    if reply.status == 400 and reply.error == "RecordNotFound":
        raise NotSent("The post was deleted on Bluesky in the same moment.")
    if not reply.good:
        # The swap says that something is there; what, is asked again with the next attempt.
        raise Unclear(xrpc.trouble(reply, line.call, published=False).reason)
    found = reply.data.get("value")
    if not isinstance(found, dict) or any(found.get(name) != record[name] for name in ("text", "createdAt")):
        raise Unsure("An earlier form of this post is on Bluesky. Delete it there, then send again.")
    return _standing(reply, key)


def _keys_to_delete(parcel: Parcel, did: str) -> list[str]:
    """All that an attempt may have put, even one that could not tell: the keys are known without it."""
    external = str(parcel.published.get("external_id") or "")
    if external and not external.startswith(f"at://{did}/"):
        raise Rejected("This post went out through another Bluesky account. Delete it there.")
    notes = parcel.published.get("notes") or {}
    keys = [*notes.get("rkeys", ()), *(part["rkey"] for part in parcel.payload["parts"])]
    keys += [external.rpartition("/")[2]] if external else []
    return sorted({key for key in keys if key})


def _remark(dids: Mapping[str, str]) -> str:
    unknown = ", ".join(f"@{handle}" for handle, did in dids.items() if not did)
    return f"Bluesky knows nobody of this name, which stays plain text: {unknown}." if unknown else ""


def _page(uri: str, session: Session) -> str:
    who = session.did if session.handle == UNKNOWN_HANDLE else session.handle
    return f"{READABLE}/profile/{who}/post/{uri.rpartition('/')[2]}"
