"""What the tests of a post's pages send and read."""

from __future__ import annotations

import re

import sqlalchemy as sa

from calendar_app.extensions import db
from calendar_app.posts.models import Post
from calendar_app.posts.values import values_of


def path(post, *parts):
    return "/".join(["/posts", post.uuid, *parts])


def form_of(post, **changes):
    """The whole form as the page of this post sends it."""
    values = values_of(post)
    day, _, clock = values["publish_at"].partition("T")
    form = {name: values[name] for name in ("title", "text", "link", "language", "kind")}
    form |= {"version": post.version, "stream": values["streams"], "home": values["streams"][0]}
    form |= {"places": "streams", "event_location": ""}
    form |= {"publish_date": day, "publish_time": clock, "timezone": values["timezone"]}
    return {**form, **changes}


def only_post():
    return db.session.scalars(sa.select(Post)).one()


def errors_at(answer):
    found = re.findall(r'data-problem="([^"]+)">.*?<span>([^<]*)</span>', answer.text)
    return {name: sentence.replace("&#34;", '"') for name, sentence in found}
