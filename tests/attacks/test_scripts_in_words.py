"""Markup, scripts and odd addresses in every field that takes words: on every page they are words.

Pages, fragments, refused forms and feeds are parsed; the verdict is what a browser would find in them.
"""

from __future__ import annotations

import json
import re
import uuid

import pytest
import sqlalchemy as sa
from lxml import etree
from lxml import html as markup

from calendar_app import tokens
from calendar_app.channels.models import Delivery
from calendar_app.comments import commenting
from calendar_app.extensions import database_now, db
from calendar_app.people import api_tokens, inviting, personal_feeds, sessions
from calendar_app.people.models import ApiToken, Link, Member, PersonalFeed, Session, Site
from calendar_app.people.roles import actor_for
from calendar_app.posts.models import Translation
from calendar_app.posts.publishing import publish_now
from calendar_app.series.editing import begin
from calendar_app.sharing import letting_in
from calendar_app.sharing.models import ShareLink
from calendar_app.short_links.models import ShortLink
from calendar_app.snippets import keeping
from calendar_app.snippets.models import PostTemplate, Snippet
from calendar_app.times import utcnow
from tests.factories import make_account, make_person, make_post, make_scheduled, make_stream
from tests.media.pictures import attach, make_medium
from tests.test_strangers import NO_THING

BREAK = "\"'>--></title></textarea></script></style><q-x onq=1 style=q>{{7*191}}${7*191}<svg onload=q>%(q)s"
# Addresses that only a browser of doubtful taste would follow.
ADDRESSES = (
    *(
        "javascript:q(1)",
        "JaVaScRiPt:q(1)",
        "java\tscript:q(1)",
        "&#106;avascript:q(1)",
        "javascript&colon;q(1)",
    ),
    *(
        "data:text/html,<q-x>",
        "vbscript:q(1)",
        "\x01javascript:q(1)",
        "//evil.example/q",
        "file:///etc/passwd",
    ),
    *(
        "https:javascript:q(1)",
        "http://e.example/\"onq='1",
        "mailto:a@b.no?body=<q-x>",
        "blob:q",
        "ftp://e.example",
    ),
)
LONG_TEXT = "\n\n".join(
    [
        BREAK,
        "<script>q(1)</script>",
        "<q-x onq=1>",
        "<img src=x onerror=q(1)>",
        '<https://e.example/"onq=1>',
        "`<q-x>`",
    ]
    + [
        f"[q]({one}) ![q]({one}) <{one}> [r][{number}]\n\n[{number}]: {one}"
        for number, one in enumerate(ADDRESSES)
    ]
    + [
        "[q](https://e.example/ \"t' onq='1\")",
        'https://e.example/<q-x>"onq=1',
        "&lt;q-x&gt; &#60;q-x>",
        "    <q-x>",
    ]
)
LINKS = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "xlink:href",
    "cite",
    "background",
    "srcset",
}
MAY_LEAD = re.compile(r"(https?://|webcal:|mailto:|/(?!/)|\?|#|$)", re.IGNORECASE)
FOREIGN = {
    "iframe",
    "object",
    "embed",
    "applet",
    "base",
    "frame",
    "math",
    "style",
    "link-x",
    "q-x",
    "marquee",
}


@pytest.fixture
def things(team, owner):
    """One of each, named by somebody malicious."""
    team.name, owner.name = BREAK[:100] + " team", BREAK[:100] + " me"
    db.session.get(Site, 1).name = BREAK[:110]
    words = {"guidelines": LONG_TEXT[:3900], "description": BREAK, "language": "en", "checklist": BREAK,
             "pauses": [{"first": "2020-01-01", "last": "", "note": BREAK[:110], "told": True}]}  # fmt: skip
    stream = make_stream(team, "roads", name=BREAK[:80], responsible_id=owner.id, **words)
    account = make_account(
        team, "webhook", name=BREAK[:110], streams=[stream], settings={"url": f"https://e.example/{BREAK}"}
    )
    account.state, account.state_reason = "broken", BREAK
    event = {"event_starts_at": database_now(), "event_timezone": "UTC", "event_location": BREAK}
    post = make_post(stream, title=BREAK[:190], text=LONG_TEXT, link="https://e.example/\"'><q-x>", **event)
    medium, post.first_comment = make_medium(team, alt=BREAK, credit=BREAK[:190]), LONG_TEXT
    beside = {"first_comment": LONG_TEXT, "alts": {str(medium.id): BREAK}}
    post.translations = [Translation(language="nb", title=BREAK[:190], text=LONG_TEXT, **beside)]
    attach(post, medium)
    publish_now(post, actor=actor_for(owner), now=database_now())
    row = post.deliveries[0]
    row.state, row.reason, row.external_url, row.attempts = "unknown", BREAK, "javascript:q(1)", 1
    make_scheduled(stream, title=BREAK[:190], text=LONG_TEXT)
    sessions.start(owner, user_agent=BREAK, now=utcnow())
    api_tokens.create(owner, BREAK[:110])
    member = db.session.scalar(sa.select(Member).where(Member.person_id == owner.id))
    personal_feeds.create(member)
    inviting.invite(actor_for(owner), team, "o'q<x>\"@example.org".replace('<x>"', "&x"), "viewer")
    make_person(team, "viewer", name=BREAK[:110])
    db.session.commit()
    ids = {name: db.session.scalar(sa.select(sa.func.max(model.id))) for name, model in (
        ("link_id", Link), ("session_id", Session), ("token_id", ApiToken), ("feed_id", PersonalFeed))}  # fmt: skip
    ids |= said_beside(post, owner)
    return {**NO_THING, **ids, "number": uuid.UUID(post.uuid), "post_id": uuid.UUID(post.uuid), "handle": "roads",
            "choice": "roads", "name": "a" * 64 + ".png", "account_id": account.id, "member_id": member.id,
            "delivery_id": db.session.scalar(sa.select(Delivery.key))}  # fmt: skip


def said_beside(post, owner):
    """What people and outsiders put beside a post: remarks, templates, a series, a link that shows it."""
    actor, now, given = actor_for(owner), database_now(), {"name": BREAK[:70], "text": BREAK}
    kept = {f"{keeping.CALLED[model]}_id": keeping.make(model, given, team_id=post.team_id, actor=actor, now=now).id
            for model in (PostTemplate, Snippet)}  # fmt: skip
    commenting.comment(post, BREAK, actor=actor, now=now, quote=BREAK)
    letting_in.make(post, actor=actor, now=now, days="7", label=BREAK[:70], may_comment=True)
    link = db.session.scalars(sa.select(ShareLink)).one()
    link.digest = tokens.digest(NO_THING["token"])
    letting_in.say_from_outside(link, BREAK[:50], BREAK, now)
    first = {
        "rule": "FREQ=DAILY",
        "first": f"{now:%Y-%m-%d}",
        "time": "09:00",
        "timezone": "UTC",
        "ahead_days": 1,
    }
    series = begin(make_post(post.home, title=BREAK[:190], text=LONG_TEXT), first, actor=actor, now=now)
    db.session.add(ShortLink(code=NO_THING["code"], target="https://e.example/\"'><q-x>", post_id=post.id))
    db.session.commit()
    return {**kept, "series_id": series.id}


def found_in(text):
    """What a browser would act on in a piece of HTML."""
    if not text.strip():
        return []
    found = []
    for element in markup.document_fromstring(f"<body>{text}").iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in FOREIGN or (element.tag == "script" and "src" not in element.attrib):
            found.append(element.tag)
        for name, value in element.attrib.items():
            bad_link = name.lower() in LINKS and not MAY_LEAD.match(re.sub(r"[\s\x00-\x20]", "", value))
            if name.lower().startswith("on") or name.lower() == "style" or bad_link:
                found.append(f"{element.tag} {name}={value[:60]}")
    return found + (["a template was run"] if "1337" in text else [])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_no_page_do_words_become_more_than_words(app, owner, things, browser):
    browser.sign_in(owner)
    flaws, asked, shown = {}, 0, 0
    for rule in app.url_map.iter_rules():
        if (
            "GET" not in rule.methods
            or rule.endpoint in {"static", "feeds.team"}
            or rule.endpoint.startswith("api.")
        ):
            continue
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(
                rule.endpoint, {name: things[name] for name in rule.arguments}
            )
        for query in (
            "",
            f"?view=week&post={things['number']}",
            "?view=list",
            "?channel=webhook",
            "?s=roads&lang=nb",
            "?lang=no",
        ):
            answer = browser.get(path + query, headers={"Accept-Encoding": "identity"})
            asked += answer.status_code == 200
            shown += "&lt;q-x" in answer.text
            assert answer.status_code < 500 or path == "/readyz", path
            if answer.mimetype == "text/html" and (found := found_in(answer.text)):
                flaws[path + query] = found
    assert (flaws, asked > 60, shown > 40) == ({}, True, True)


FORMS = {
    "/sign-in": ("email",),
    "/streams/new": ("name", "handle", "description", "cadence", "timezone", "guidelines", "team"),
    "/streams/roads/edit": ("name", "description", "language", "cadence", "colour", "grace_minutes"),
    "/accounts/new?channel=webhook": ("name", "settings.url", "settings.<q-x>", "secrets.secret"),
    "/team/invitations": ("email", "role"), "/settings/profile": ("name", "timezone", "locale"),
    "/settings/tokens": ("token_name", "scope", "days"),
    "/posts": ("title", "text", "link", "language", "kind", "publish_date", "timezone", "event_location", "variant_1"),
}  # fmt: skip


ADDRESSED = (
    *(
        "/calendar?view={}",
        "/calendar?streams={}",
        "/calendar?date={}",
        "/calendar?person={}",
        "/sign-in?next={}",
    ),
    *(
        "/?s=roads&lang={}",
        "/streams/roads?lang={}",
    ),
    *("/{}", "/streams/{}", "/streams/slots?cadence={}&timezone={}", "/posts/slots?streams={}", "/?s={}"),
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_refused_form_gives_words_back_as_words(owner, things, browser):
    kept = browser.post(f"/posts?team={BREAK}", data={"title": BREAK, "text": BREAK, BREAK: BREAK})
    assert (kept.status_code, found_in(kept.text)) == (401, [])
    browser.sign_in(owner)
    flaws = {}
    extra = {"stream": "roads", "places": "own", "has_event": "1", "draft_key": "k" * 20, "version": "1"}
    for path, names in FORMS.items():
        for word in (BREAK, *ADDRESSES[:2]):
            answer = browser.post(
                path, data={**(extra if path == "/posts" else {}), **dict.fromkeys(names, word)}
            )
            if found := found_in(answer.text):
                flaws[path, word] = found
    for path in ADDRESSED:
        answer = browser.get(path.replace("{}", "%22%27%3E%3Cq-x%20onq%3D1%3E%7B%7B7*191%7D%7D"))
        if found := found_in(answer.text):
            flaws[path] = found
    words = dict.fromkeys(("title", "language", "timezone", "publish_at"), BREAK)
    sent = {
        **words,
        "streams": ["roads"],
        "text": LONG_TEXT,
        "link": "javascript:q(1)",
        "event": {"location": BREAK},
    }
    answer = browser.post("/posts/preview", json=sent)
    assert answer.status_code == 200
    assert (found_in(answer.text), flaws) == ([], {})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("asked", ["", "?lang=nb"])
def test_feeds_carry_no_more_than_words(things, browser, asked):
    items = json.loads(browser.get(f"/streams/roads.json{asked}").text)["items"]
    atom = etree.fromstring(browser.get(f"/streams/roads.atom{asked}").data)
    rss = etree.fromstring(browser.get(f"/streams/roads.rss{asked}").data)
    bodies = [one["content_html"] for one in items]
    bodies += [one.text for one in atom.iter("{http://www.w3.org/2005/Atom}content")]
    bodies += [one.text for one in rss.iter("{http://purl.org/rss/1.0/modules/content/}encoded")]
    addresses = [one.get("href") for one in atom.iter("{http://www.w3.org/2005/Atom}link")]
    addresses += [one.text for one in rss.iter("link")] + [
        one.get(name, "") for one in items for name in ("url", "external_url")
    ]
    assert (len(bodies), [found for body in bodies for found in found_in(body)]) == (3, [])
    assert [one for one in addresses if one and not one.startswith(("http://", "https://"))] == []
    calendar = browser.get(f"/streams/roads.ics{asked}").data.decode()
    lines = calendar.replace("\r\n ", "").split("\r\n")
    assert "\n" not in calendar.replace("\r\n", "") and "\r" not in calendar.replace("\r\n", "")
    assert sorted(line for line in lines if line.startswith(("BEGIN", "END"))) == sorted(
        ["BEGIN:VCALENDAR", "END:VCALENDAR"] + ["BEGIN:VEVENT", "END:VEVENT"] * 2
    )
