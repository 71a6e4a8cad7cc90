"""What every channel's adapter promises. The shared test of it is `tests/channels/contract.py`.

An adapter does one thing, talk to its channel, and complains in one way: by raising one of the exceptions below.
It never touches the database and never decides what happens next; `channels/delivering.py` records the outcome.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calendar_app.outbound import Outbound


@dataclass(frozen=True)
class Parcel:
    """One claimed delivery with all that its adapter needs; plain values, safe to hand to a thread.

    `payload` is what `Adapter.compose` made and what is frozen on the row. `deadline` is an instant of
    `time.monotonic()` after which not one byte may leave.
    """

    id: int
    key: str
    fence: int
    action: str
    attempt: int
    account_id: int
    channel: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    payload: Mapping[str, Any]
    notes: Mapping[str, Any]
    ambiguous: bool
    due_at: datetime
    post_uuid: str
    deadline: float
    # Of a withdrawal: `external_id`, `external_url` and `notes` as the publication to this account left them.
    published: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """One picture of a post. `digest` names what is stored, or a part of it (media/cropping.py).

    `focus` is x and y from -1 to 1, y upwards.
    """

    digest: str
    media_type: str
    width: int
    height: int
    alt: str
    focus: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Fit:
    """What a channel takes: at most so many bytes, so many pixels on the longer side, and of these media types."""

    most_bytes: int
    longest_side: int
    media_types: tuple[str, ...] = ("image/jpeg", "image/png")


class Span(NamedTuple):
    """Characters of a text that the channel makes something of: a `link`, a `tag` or a `mention`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Part:
    """One piece of what will be sent, as readers will see it: `count` of at most `most` of the channel's `unit`.

    `spans` in order, apart from each other. `comment`: it belongs to the first comment.
    """

    text: str
    count: int = 0
    most: int = 0
    unit: str = ""
    spans: tuple[Span, ...] = ()
    comment: bool = False


@dataclass(frozen=True)
class Content:
    """A post as an adapter composes from it: the variant's text where there is one."""

    uuid: str
    title: str
    text: str
    html: str
    link: str
    language: str
    streams: tuple[str, ...]
    url: str
    event: Mapping[str, Any] | None
    published_at: datetime | None
    withdrawn_at: datetime | None = None
    pictures: tuple[Picture, ...] = ()
    # Follows the post as an answer to it; only where the adapter says `can_comment`.
    first_comment: str = ""
    # Handles of those of its streams that everybody may know of.
    public_streams: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One line of the form that connects an account."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    # A secret that Sluice makes where none is given; others come from the channel, and can be taken away.
    made_here: bool = False
    required: bool = True
    # Several lines that concern people: typed in a large field, and counted, not copied, in the record of changes.
    lines: bool = False
    # Characters.
    longest: int = 4000
    # Values with their labels, of which one is chosen; the first is usual.
    choices: tuple[tuple[str, str], ...] = ()


def no_picture(digest: str, fit: Fit) -> tuple[bytes, str]:
    """Where no pictures are kept."""
    raise Rejected("The picture of this post is not there any more. Attach it again.")


def no_note(notes: Mapping[str, Any]) -> None:
    """Where nobody goes on after us."""


@dataclass(frozen=True)
class Call:
    """How an adapter reaches the world. `before_first_byte` must run right before anything leaves.

    `picture` gives the bytes of a stored picture, made to fit, and their media type; raises a Trouble. `note` keeps
    notes at once, between two parts: whoever goes on after a worker that was killed finds them in its parcel. It
    returns when they are kept or cannot be just now; raises NotSent once the delivery is somebody else's.
    """

    outbound: Outbound
    before_first_byte: Callable[[], None]
    now: Callable[[], datetime]
    picture: Callable[[str, Fit], tuple[bytes, str]] = no_picture
    note: Callable[[Mapping[str, Any]], None] = no_note


@dataclass(frozen=True)
class Sent:
    """The channel has it: what it is called there, and where people find it.

    `remark`: a sentence for people about what went along with it; mostly there is none.
    """

    external_id: str = ""
    external_url: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


class Trouble(Exception):
    """Base of all that can go wrong; the text is for people.

    `after`: the earliest instant at which the channel allows another try, where there will be one.
    """

    def __init__(
        self, reason: str, *, after: datetime | None = None, notes: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.notes = dict(notes or {})


class NotSent(Trouble):
    """Certainly nothing arrived; a later try may succeed."""


class NotYet(NotSent):
    """Nothing went wrong: a part is done, and a later attempt goes on with the rest."""


class Rejected(Trouble):
    """Certainly nothing arrived, and trying again would not help."""


class Unclear(Trouble):
    """It may have arrived: a lost answer, a reset in mid call, a server error after the request was read."""


class Unsure(Trouble):
    """It may have arrived in part, and nothing that the channel can do will ever tell: a person must look."""


class Revoked(Trouble):
    """The account's key no longer works: pause the account, keep its deliveries."""


class Gone(Trouble):
    """The place has asked never to be called again: switch the account off."""


class Adapter(ABC):
    """One channel. `keyed`: a repeat with the same key is harmless. `parallel`: several calls at once are safe."""

    kind: ClassVar[str]
    name: ClassVar[str]
    blurb: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]] = ()
    keyed: ClassVar[bool] = False
    parallel: ClassVar[bool] = False
    can_withdraw: ClassVar[bool] = False
    can_look: ClassVar[bool] = False
    can_comment: ClassVar[bool] = False
    # Whether its links may carry labels: not where a message goes to one person, nor where a program takes it.
    public_links: ClassVar[bool] = True
    # Seconds to wait before attempt 2, 3, …; after the last one the delivery has failed.
    ladder: ClassVar[tuple[float, ...]] = (5, 30, 120, 600, 1800, 3600, 7200)

    def way(self, settings: Mapping[str, Any]) -> Adapter:
        """The adapter that an account with these settings goes through, where its channel has several ways in.

        `kind`, `name`, `fields` and `check` are those of the channel; whatever else is asked of the way.
        """
        return self

    @abstractmethod
    def check(
        self, settings: Mapping[str, Any], secrets: Mapping[str, str], allowed_networks: Sequence[str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Clean settings and secrets for a new or changed account; makes secrets that may be made.

        `allowed_networks`: CIDRs that may be called although they are private.
        Raises errors.Refused with a sentence per field (`settings.url`, `secrets.secret`).
        """

    @abstractmethod
    def compose(self, content: Content, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The payload exactly as it will be sent (JSON values only): previews and sending share it.

        `settings` are the account's. Quick and without a call to anywhere: it runs inside a transaction.
        """

    def preview(self, payload: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Part, ...]:
        """What readers will see of a payload, piece by piece, each counted by the channel's own rules."""
        return ()

    def reached(self, payload: Mapping[str, Any], notes: Mapping[str, Any]) -> tuple[int, int]:
        """How many parts certainly stand, of how many, as far as notes tell; (0, 1) where there is but one."""
        return 0, 1

    def problems(self, content: Content, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Why this post cannot go out through this account as it stands: a sentence each, with what to do."""
        return ()

    def learn(self, parcel: Parcel, call: Call) -> dict[str, Any]:
        """Settings that the place itself tells (its limits, the account's name there), asked when an account is
        connected or tested. Raises a Trouble.
        """
        return {}

    @abstractmethod
    def send(self, parcel: Parcel, call: Call) -> Sent:
        """Carry out the parcel's action once. Returns Sent or raises a Trouble."""

    @abstractmethod
    def test(self, parcel: Parcel, call: Call) -> str:
        """One real call that no reader sees; a sentence about what answered. Raises a Trouble.

        The parcel's payload is `{"account": name}`, its action `test`.
        """

    def look(self, parcel: Parcel, call: Call) -> Sent | None:
        """Read back whether an unclear attempt arrived: Sent, or None when it certainly did not.

        Only for channels with `can_look`. Raises NotSent when the question could not be answered now.
        """
        raise NotImplementedError
