"""Members' pages of series: the list, the readable form with its preview, and what is done with single days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from calendar_app import ways_back
from calendar_app.enqueue import plan_changed
from calendar_app.errors import Conflict, Refused
from calendar_app.extensions import database_now, db
from calendar_app.languages import in_words
from calendar_app.people.roles import scoped
from calendar_app.people.signing_in import current_actor, member_required
from calendar_app.posts.checking import Findings
from calendar_app.posts.finding import post_of
from calendar_app.series import checking, editing, forms, happening, showing
from calendar_app.series.models import Series
from calendar_app.series.wording import words
from calendar_app.times import utcnow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from flask.typing import ResponseReturnValue

    from calendar_app.posts.models import Post
    from calendar_app.series.settling import Settled
    from calendar_app.streams.models import Stream

series = Blueprint("series", __name__)

PREVIEWED = 5


@series.get("/series")
@member_required
def index() -> ResponseReturnValue:
    actor, now = current_actor(), utcnow()
    return render_template(
        "series/list.html", rows=showing.rows(actor, now), ended=showing.rows(actor, now, ended=True)
    )


@series.get("/series/new")
@member_required
def new() -> ResponseReturnValue:
    """`post` is the one that the series begins with."""
    post = _post_asked()
    return _form(None, post, forms.typed_for(post, utcnow()))


@series.post("/series/new")
@member_required
def make() -> ResponseReturnValue:
    post = _post_asked()
    try:
        made = editing.begin(post, forms.wanted_from(request.form), actor=current_actor(), now=database_now())
        number, told = made.id, showing.in_words_of(made)
    except Refused as refused:
        db.session.rollback()
        return _form(None, post, forms.typed_from(request.form), refused.errors)
    except Conflict as conflict:
        db.session.rollback()
        return _form(None, post, forms.typed_from(request.form), {"form": str(conflict)})
    db.session.commit()
    plan_changed()
    flash(_("The series is begun: %(words)s.", words=told), "good")
    return redirect(url_for("series.show", series_id=number), 303)


@series.get("/series/preview")
@member_required
def preview() -> ResponseReturnValue:
    """The series in words and its next days, for the form while one types."""
    return render_template("series/_preview.html", **_previewed(forms.wanted_from(request.args)))


@series.get("/series/<int:series_id>")
@member_required
def show(series_id: int) -> ResponseReturnValue:
    found = _series(series_id)
    return _page(found, forms.typed_of(found))


@series.post("/series/<int:series_id>")
@member_required
def save(series_id: int) -> ResponseReturnValue:
    """`since` is the day from which the change counts; without one it counts for all posts to come."""
    found, problems = _series(series_id), Findings()
    wanted: Mapping[str, Any] = forms.wanted_from(request.form)
    since = checking.day_in(request.form["since"], "since", problems) if request.form.get("since") else None
    if since is not None:
        wanted = forms.from_day(wanted, checking.kept(found), since, problems)
    try:
        problems.settle()
        going, settled = editing.change(
            found, wanted, version=_version(), actor=current_actor(), now=database_now(), since=since
        )
    except Refused as refused:
        db.session.rollback()
        return _page(_series(series_id), forms.typed_from(request.form), refused.errors)
    return _done(going.id, _("Saved. %(what)s", what=_told(settled)))


@series.post("/series/<int:series_id>/days")
@member_required
def days(series_id: int) -> ResponseReturnValue:
    """`out`: no post on this day; `in`: one on this day as well."""
    found, problems = _series(series_id), Findings()
    name, other = ("out", "in") if "out" in request.values else ("in", "out")
    day = checking.day_in(request.values.get(name), "day", problems)
    if day is None:
        return _page(found, forms.typed_of(found), problems.errors)
    change = editing.leave_out if name == "out" else editing.put_in
    try:
        change(found, day, actor=current_actor(), now=database_now())
    except Refused as refused:
        db.session.rollback()
        return _page(_series(series_id), forms.typed_of(_series(series_id)), refused.errors)
    said = in_words(day, "EEEE d MMMM y")
    told = _("%(day)s is left out.", day=said) if name == "out" else _("%(day)s is part of it.", day=said)
    return _turned(series_id, told, "days", **{other: day.isoformat()})


@series.post("/series/<int:series_id>/end")
@member_required
def end(series_id: int) -> ResponseReturnValue:
    """`posts=go`: posts to come that nobody has changed are thrown away with it."""
    posts = "go" if request.values.get("posts") == "go" else "stay"
    going = posts == "go"
    settled = editing.end(_series(series_id), actor=current_actor(), now=database_now(), keep_posts=not going)
    said = _("The series has ended. %(what)s", what=_told(settled))
    return _turned(series_id, said, "take_up", posts=posts)


@series.post("/series/<int:series_id>/end/removal")
@member_required
def take_up(series_id: int) -> ResponseReturnValue:
    settled = editing.take_up(_series(series_id), actor=current_actor(), now=database_now())
    said = _("The series goes on. %(what)s", what=_told(settled))
    return _turned(series_id, said, "end", posts=request.values.get("posts", "stay"))


@series.post("/series/<int:series_id>/removal")
@member_required
def removal(series_id: int) -> ResponseReturnValue:
    editing.remove(_series(series_id), actor=current_actor(), now=database_now())
    said = _("The series is gone. Its posts stay as ordinary posts.")
    return _turned(series_id, said, "bring_back", page=url_for("series.index"))


@series.post("/series/<int:series_id>/return")
@member_required
def bring_back(series_id: int) -> ResponseReturnValue:
    """What was thrown away, with its days and its posts."""
    found = _series(series_id, removed=True)
    settled = editing.bring_back(found, actor=current_actor(), now=database_now())
    said = _("The series is back, with its days and its posts. %(what)s", what=_told(settled))
    return _turned(series_id, said, "removal")


@series.post("/posts/<uuid:number>/series")
@member_required
def words_of_post(number: Any) -> ResponseReturnValue:
    """The words of this post for its whole series (`scope=all`), or for itself and all later ones (`scope=later`)."""
    post = post_of(number)
    row = editing.series_of(post) or abort(404)
    day = checking.day_in(row.day, "day", Findings()) if request.form.get("scope") == "later" else None
    going, settled = editing.take_words(
        row.series, post, actor=current_actor(), now=database_now(), since=day
    )
    return _done(going.id, _("These words are those of the series now. %(what)s", what=_told(settled)))


def _series(number: int, *, removed: bool = False) -> Series:
    """A series of the asker's teams; anybody else's is as good as none, and so is one that was thrown away."""
    if number > 2**31 - 1:
        abort(404)
    wanted = scoped(Series, current_actor()).where(Series.id == number)
    found: Series | None = db.session.scalar(wanted if removed else wanted.where(Series.removed_at.is_(None)))
    return found or abort(404)


def _post_asked() -> Post:
    post = post_of(request.values.get("post", ""))
    current_actor().need("write posts", post.team_id)
    return post


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _done(number: int, sentence: str) -> ResponseReturnValue:
    db.session.commit()
    plan_changed()
    flash(sentence, "good")
    return redirect(url_for("series.show", series_id=number), 303)


def _turned(number: int, said: str, back: str, *, page: str = "", **asked: str) -> ResponseReturnValue:
    """Done, with a way back: the name of a view of this series, and what is asked of it."""
    db.session.commit()
    plan_changed()
    way = url_for(f"series.{back}", series_id=number, **asked)  # type: ignore[arg-type]
    return ways_back.done(said.strip(), page or url_for("series.show", series_id=number), back=way)


def _told(settled: Settled) -> str:
    """What became of the posts to come."""
    told = [
        ngettext("%(num)d post made.", "%(num)d posts made.", settled.made) if settled.made else "",
        ngettext("%(num)d post changed.", "%(num)d posts changed.", settled.changed)
        if settled.changed
        else "",
        ngettext("%(num)d post thrown away.", "%(num)d posts thrown away.", settled.gone)
        if settled.gone
        else "",
        ngettext(
            "%(num)d post was changed by itself and stays as it is.",
            "%(num)d posts were changed by themselves and stay as they are.",
            len(settled.left),
        )
        if settled.left
        else "",
    ]
    return " ".join(filter(None, map(str, told)))


def _page(found: Series, typed: dict[str, Any], errors: dict[str, str] | None = None) -> ResponseReturnValue:
    now, actor, streams = utcnow(), current_actor(), showing.streams_of(found)
    page = render_template(
        "series/show.html", series=found, typed=typed, errors=errors or {}, words=showing.in_words_of(found),
        days=showing.days_of(found, now), may_write=actor.may("write posts", found.team_id),
        streams=streams, asks_approval=_asks(streams), **_event_in(found.content.get("event")),
        **_chosen(typed), **_previewed(forms.wanted_from(_as_form(typed))),
    )  # fmt: skip
    return page, 422 if errors else 200


def _form(
    found: Series | None, post: Post, typed: dict[str, Any], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "series/new.html", post=post, series=found, typed=typed, errors=errors or {}, **_chosen(typed),
        asks_approval=_asks(post.streams),
        **_event_in(happening.distance(post)), **_previewed(forms.wanted_from(_as_form(typed))),
    )  # fmt: skip
    return page, 422 if errors else 200


def _asks(streams: Iterable[Stream]) -> bool:
    """Whether what is made must be approved before it goes out."""
    return any(stream.needs_approval for stream in streams)


def _event_in(kept: dict[str, Any] | None) -> dict[str, str]:
    return {"event_words": happening.in_words(kept), "event_zone": kept["timezone"] if kept else ""}


def _as_form(typed: dict[str, Any]) -> Any:
    return MultiDict(
        {name: value if isinstance(value, list) else str(value) for name, value in typed.items()}
    )


def _chosen(typed: dict[str, Any]) -> dict[str, Any]:
    """The first day, which the choices of a month name: “the second Tuesday”."""
    first: date | None = checking.day_in(typed.get("first"), "first", Findings())
    names = [in_words(checking.MONDAY + timedelta(days=number), "EEEE") for number in range(7)]
    return {"first": first, "which": forms.which_in_month(first) if first else 0, "weekday_names": names}


def _previewed(wanted: dict[str, Any]) -> dict[str, Any]:
    found = Findings()
    made = checking.recurrence(wanted, utcnow(), found)
    if made is None or found.errors:
        return {"told": "", "coming": [], "wrong": next(iter(found.errors.values()), "")}
    days = made.next_days(made.first, PREVIEWED)
    return {"told": words(made), "coming": [made.wall(day) for day in days], "wrong": "", "zone": made.zone}
