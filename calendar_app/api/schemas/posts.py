"""A post as programs send it and as Sluice answers it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from calendar_app.api.schemas.base import (
    MOST_ID,
    Given,
    Handle,
    Id,
    Instant,
    Language,
    Next,
    PageQuery,
    Sent,
    Since,
    Wall,
    WallOrInstant,
    Zone,
)
from calendar_app.errors import Refused
from calendar_app.media.models import ALT_LIMIT, MOST_PICTURES
from calendar_app.posts.checking import COMMENT_LIMIT, LANGUAGE
from calendar_app.posts.drafting import MOST_STREAMS
from calendar_app.posts.models import TEXT_LIMIT, TITLE_LIMIT
from calendar_app.posts.translating import MOST_LANGUAGES
from calendar_app.streams.writing_rules import CHECKLIST_LIMIT, MOST_LINES

MOST_ACCOUNTS = 100
MOST_TICKED = MOST_STREAMS * MOST_LINES

Kind = Literal["useful", "news", "question", "promotion"]
State = Literal["draft", "in_review", "approved", "scheduled", "published", "withdrawn", "missed"]
Title = Annotated[str, Field(max_length=TITLE_LIMIT)]
Text = Annotated[str, Field(max_length=TEXT_LIMIT, description="Markdown.")]
Line = Annotated[str, Field(max_length=CHECKLIST_LIMIT)]
Link = Annotated[str, Field(max_length=2000, description="A web address, http or https.")]
Fold = Annotated[
    Annotated[int, Field(ge=0, le=1)] | None,
    Field(description="Which of the two, where the clocks show this time twice: 0 the first, 1 the second."),
]
Version = Annotated[
    int, Field(ge=1, le=MOST_ID, description="The version you last read; 409 when it is stale.")
]
LanguageCode = Annotated[str, Field(pattern=f"^{LANGUAGE.pattern}$", max_length=16)]
Comment = Annotated[str, Field(max_length=COMMENT_LIMIT)]
AltText = Annotated[str, Field(max_length=ALT_LIMIT)]
PictureKey = Annotated[str, Field(pattern="^[1-9][0-9]{0,9}$")]
AccountKey = Annotated[str, Field(pattern="^[1-9][0-9]{0,9}$")]
Share = Annotated[
    float,
    Field(ge=-1, le=1, description="The point that stays in sight: -1 is left or bottom, 1 is right or top."),
]
Handles = Annotated[
    list[Handle],
    Field(min_length=1, max_length=MOST_STREAMS, description="Handles; the first is the post's home."),
]
AccountIds = Annotated[
    list[Id] | None,
    Field(
        max_length=MOST_ACCOUNTS, description="Where it goes; null (or left out) means where its streams go."
    ),
]


class EventSent(Sent):
    """When and where the thing happens that the post tells of."""

    starts_at: WallOrInstant
    ends_at: WallOrInstant | None = None
    timezone: Zone
    location: Annotated[str, Field(max_length=300)] = ""


class PictureSent(Sent):
    """A picture that was uploaded to /media, in its place in the post."""

    media: Id
    alt: Annotated[
        str, Field(max_length=ALT_LIMIT, description="Left out: the words that came with the upload.")
    ] = ""
    focus_x: Share = 0.0
    focus_y: Share = 0.0
    crop: Annotated[
        str,
        Field(
            pattern=r"^(\d{1,4}x\d{1,4}x\d{1,4}x\d{1,4})?$",
            description="The part that is shown: left, top, width and height in thousandths, such as 125x0x500x1000.",
        ),
    ] = ""


class VariantSent(Sent):
    """The text for one account where it differs; null takes the difference away."""

    text: Text | None


class TranslationSent(Sent):
    """The post in another language; null, or nothing in all of it, takes it away. Readers see it once it has a title
    or a text."""

    title: Title = ""
    text: Text = ""
    first_comment: Comment = Field(default="", description="Empty: the post's own.")
    alts: Annotated[
        dict[PictureKey, AltText],
        Field(
            max_length=MOST_PICTURES,
            description="What its pictures show, by the id of the picture; sent whole. Left out: the post's own "
            "words. Those for pictures that the post does not show are not kept.",
        ),
    ] = {}


class _Fields(Sent):
    title: Title = ""
    text: Text = ""
    link: Link | None = None
    language: Language = Field(default="", description="Left out: the home stream's language.")
    kind: Kind = "news"
    first_comment: Comment = Field(
        default="", description="Follows as an answer to the post where a place can."
    )
    ticked: Annotated[
        list[Line],
        Field(
            max_length=MOST_TICKED,
            description="Lines of its streams' checklists that are done; others are left out.",
        ),
    ] = []
    accounts: AccountIds = None
    variants: Annotated[
        dict[AccountKey, VariantSent], Field(max_length=MOST_ACCOUNTS, description="By account id.")
    ] = {}
    translations: Annotated[
        dict[LanguageCode, TranslationSent | None],
        Field(
            max_length=MOST_LANGUAGES, description="By language. Those that are not sent stay as they are."
        ),
    ] = {}
    event: EventSent | None = None
    pictures: Annotated[
        list[PictureSent],
        Field(max_length=MOST_PICTURES, description="In the order in which they are shown."),
    ] = []
    publish_at: Wall | None = None
    timezone: Zone = Field(default="", description="The zone of publish_at. Left out: the home stream's.")
    fold: Fold = None


class NewPost(_Fields):
    """A draft to be. Everything but `streams` may come later."""

    streams: Handles


class PostChange(_Fields):
    """What is to change; fields that are not sent stay as they are.

    The event of a post in a series follows another time of the post by as much, unless it is sent as well.
    """

    version: Version
    streams: Handles = []


class Event(Given):
    """Instants in UTC, and the zone in which the event is held."""

    starts_at: str
    ends_at: str | None
    timezone: str
    location: str


class Picture(Given):
    """A picture in a post."""

    media: int
    url: str = Field(description="Opens for everybody once the post is out in a public or unlisted stream.")
    alt: str
    width: int
    height: int
    focus_x: float
    focus_y: float
    crop: str
    credit: str


class Approval(Given):
    """Somebody has approved the post as it is."""

    person: int | None
    step: int
    version: int = Field(description="The version that was looked at.")
    at: Instant


class Variant(Given):
    """The text for one account."""

    text: str


class Translation(Given):
    """The post in another language."""

    title: str
    text: str
    first_comment: str = Field(description="Empty: the post's own.")
    alts: dict[str, str] = Field(description="What its pictures show, by the id of the picture.")


class Post(Given):
    """A post and where it stands."""

    id: str = Field(json_schema_extra={"format": "uuid"})
    url: str = Field(description="Where readers find it once it is published.")
    team: int
    state: State
    version: int = Field(description="Grows with every change; PATCH sends it back.")
    title: str
    text: str
    link: str | None
    language: str
    kind: Kind
    first_comment: str
    ticked: list[str] = Field(description="Lines of its streams' checklists that are done.")
    streams: list[str] = Field(description="Handles; the first is the post's home.")
    accounts: list[int] = Field(description="Where it goes.")
    own_accounts: bool = Field(
        description="Whether it names them itself instead of going where its streams go."
    )
    variants: dict[str, Variant] = Field(description="By account id.")
    translations: dict[str, Translation] = Field(description="By language, beside the post's own.")
    event: Event | None
    pictures: list[Picture] = Field(description="In the order in which they are shown.")
    approvals: list[Approval] = Field(description="Those that count for the post as it is, by step.")
    changes_wanted: str | None = Field(description="What an approver wants changed, until it is sent again.")
    series: int | None = Field(description="The series that made it, if one did.")
    publish_at: str | None = Field(description="Wall clock time, in `timezone`.")
    timezone: str | None
    fold: Literal[0, 1] | None
    due_at: Instant | None = Field(description="The instant that publish_at means, in UTC.")
    published_at: Instant | None
    withdrawn_at: Instant | None
    created_at: Instant
    updated_at: Instant


class Posts(Given):
    """Posts, the newest first."""

    items: list[Post]
    next: Next


class PostQuery(PageQuery):
    """`from` and `to` look at when a post went out, or else at when it is planned for."""

    stream: Handle | None = None
    state: State | None = None
    planned: Literal["yes", "no"] | None = Field(
        default=None, description="no: only posts that have no time yet; yes: only those that have one."
    )
    since: Since | None = Field(default=None, alias="from", description="Not before this instant.")
    until: Since | None = Field(default=None, alias="to", description="Before this instant.")
    q: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Words in the title or the text; small and capital letters are the same."
    )


class Step(Sent):
    """A step may name the version that it is meant for: 409 when somebody saved in between."""

    version: Version | None = None


class Wish(Step):
    """What should change, in a sentence."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]


class Schedule(Step):
    """{}: at the post's own time. `slot`: at the next free slot of its home stream. `publish_at`: then."""

    slot: Literal["next"] | None = None
    publish_at: Wall | None = None
    timezone: Zone | None = None
    fold: Fold = None

    @model_validator(mode="after")
    def one_way(self) -> Schedule:
        if self.slot and self.publish_at:
            raise Refused({"slot": "Send either a slot or a time, not both."})
        for name in ("timezone", "fold"):
            if getattr(self, name) is not None and not self.publish_at:
                raise Refused({name: "This needs its publish_at beside it."})
        return self
