"""Every main page in bokmål and in Swedish: it says so, it answers, and nothing of it stayed in English."""

from __future__ import annotations

import re

import lxml.html
import pytest

from calendar_app.channels.registry import ADAPTERS
from calendar_app.comments import commenting
from calendar_app.extensions import database_now, db
from calendar_app.notices.noticing import notice_all
from calendar_app.people.roles import actor_for
from calendar_app.series.editing import begin
from calendar_app.sharing import letting_in
from tests.browser.worlds import busy_town_hall
from tests.browsing import Browser
from tests.factories import make_account, make_stream

WORD = re.compile(r"[^\W\d_]{2,}")
# Texts for eyes and ears besides the text itself, and sentences for scripts.
READ_OUT = {"aria-label", "placeholder", "alt", "data-copied", "data-offline"}
# Names, codes, and what is the same in all three languages.
SAME_EVERYWHERE = {
    *("Sluice", "Europe", "Oslo", "UTC", "Atom", "RSS", "OPML", "JSON", "Feed", "Google", "Calendar", "com"),
    *(
        "Outlook",
        "Microsoft",
        "Webhook",
        "Backspace",
        "Enter",
        "Escape",
        "Shift",
        "Ctrl",
        "Alt",
        "Server",
        "English",
        "Norsk",
        "bokmål",
    ),
    *("Svenska", "Filter", "Iris", "Program", "Team", "Text", "for", "min", "publish", "Fjordvik", "Status"),
    *("Bluesky", "Discord", "Mastodon", "Matrix", "Teams", "Slack", "Telegram", "WebSub", "ntfy"),
    *("April", "August", "September", "November", "December"),
}
HEADINGS = {
    "/calendar": {"nb": "Venter på noen", "sv": "Väntar på någon"},
    "/streams": {"nb": "Hvem som ser den", "sv": "Vem som ser den"},
    "/streams/new": {"nb": "Åpne strømmen", "sv": "Öppna strömmen"},
    "/accounts": {"nb": "Satt på pause av Kari Nordmann.", "sv": "Pausat av Kari Nordmann."},
    "/needs": {"nb": "Gikk ikke ut", "sv": "Gick inte ut"},
    "/notices": {"nb": "Merk alle som lest", "sv": "Markera alla som lästa"},
    "/team": {"nb": "Inviter noen", "sv": "Bjud in någon"},
    "/settings": {"nb": "Nøkler for programmer", "sv": "Nycklar för program"},
    "/posts/new": {"nb": "Skriv et innlegg", "sv": "Skriv ett inlägg"},
    "/": {"nb": "Følg bare det du trenger fra Fjordvik", "sv": "Följ bara det du behöver från Fjordvik"},
    "/nothing-here": {"nb": "Her er det ingenting", "sv": "Här finns inget"},
}


@pytest.fixture
def hall(app):
    """A town hall with something on every page."""
    found = busy_town_hall()
    make_account(found.team, "webhook", name="Town site", settings={"url": "https://example.org/hook"})
    paused = make_account(found.team, name="Old screen")
    paused.state, paused.state_reason = "paused", "Paused by Kari Nordmann."
    snow = make_stream(found.team, "snow", name="Snow")
    snow.archived_at = snow.created_at
    for post in found.posts.values():
        for delivery in post.deliveries:
            delivery.reason = "example.org refused the connection. Given up after 9 attempts."
    by = {"actor": actor_for(found.kari), "now": database_now()}
    draft = found.posts["draft"]
    commenting.comment(draft, "Storgata?", **by)
    letting_in.make(draft, days="14", label="Snow", may_comment=True, **by)
    first = {
        "rule": "FREQ=WEEKLY;BYDAY=TU",
        "first": "2031-03-04",
        "time": "10:00",
        "timezone": "Europe/Oslo",
    }
    begin(found.posts["approved"], {**first, "ahead_days": 1}, **by)
    db.session.commit()
    notice_all()
    db.session.commit()
    return found


@pytest.fixture
def browser(app, hall):
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = Browser
    yield app.test_client().sign_in(hall.kari)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = None


def pages_of(hall):
    posts = [post.uuid for post in hall.posts.values()]
    return [
        *HEADINGS,
        *(f"/calendar?view={view}" for view in ("week", "list", "day", "streams", "x")),
        *(
            "/series",
            "/series/new?post=" + posts[0],
            "/series/1",
            "/snippets",
            "/snippets/new",
            "/templates/new",
        ),
        *(
            "/streams/roads/queue",
            "/help",
            "/offline",
            *(f"/accounts/new?channel={kind}" for kind in ADAPTERS),
        ),
        *(f"/posts/{posts[0]}/{what}" for what in ("history", "links")),
        *("/accounts/new", "/accounts/new?channel=webhook", "/accounts/new?channel=log"),
        *("/accounts/1", "/accounts/2", "/accounts/3", "/streams/roads/edit", "/?s=roads", "/streams/roads"),
        *(f"/posts/{uuid}/edit" for uuid in posts),
        *(f"/posts/{uuid}" for uuid in posts),
        *(f"/calendar?post={uuid}" for uuid in posts),
    ]


def look(browser, path, language):
    headers = {"Accept-Language": language, "Accept-Encoding": "identity"}
    answer = browser.get(path, headers=headers)
    assert answer.status_code in {200, 404, 410, 422}, path
    page = lxml.html.fromstring(answer.text)
    assert page.get("lang") == language, path
    return page


def texts_of(page, language):
    """What the page says in its own language: not what posts and streams say in theirs."""
    for element in page.xpath("//script|//style|//datalist|//*[local-name()='svg'][@aria-hidden]"):
        element.drop_tree()
    said = set()
    for element in page.iter("*"):
        if _language_of(element) == language:
            said.add(element.text)
            said |= {text for name, text in element.attrib.items() if _is_read(element, name)}
        parent = element.getparent()
        if parent is not None and _language_of(parent) == language:
            said.add(element.tail)
    return {" ".join(text.split()) for text in said if text and text.strip()}


def _is_read(element, name):
    return name in READ_OUT or (element.tag == "template" and name.startswith("data-"))


def _language_of(element):
    return next((one.get("lang") for one in (element, *element.iterancestors()) if one.get("lang")), None)


def names_in(hall):
    """What people wrote, longest first, so that nothing is left of a name that holds another."""
    posts = list(hall.posts.values())
    written = [hall.team.name, "Kari Nordmann", "Ola Hansen", "Road works", "Culture", "Snow", "KN", "Storgata",
               "Town hall screen", "Town site", "Old screen", "roads", "culture", "snow", "example.org",
               *(post.title for post in posts)]  # fmt: skip
    return sorted(written, key=len, reverse=True)


def left_over(text, names):
    text = re.sub(r"\S*[@/]\S*", "", text)
    for name in names:
        text = text.replace(name, "")
    return set(WORD.findall(text)) - SAME_EVERYWHERE


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["nb", "sv"])
def test_no_page_keeps_a_word_of_english(app, browser, hall, language):
    names, english = names_in(hall), {}
    for path in pages_of(hall):
        english[path] = texts_of(look(browser, path, "en"), "en")
    hall.kari.locale = language
    db.session.commit()
    unsaid = {}
    for path, before in english.items():
        said = texts_of(look(browser, path, language), language)
        for text in said & before:
            if left_over(text, names):
                unsaid[text] = path
        heading = HEADINGS.get(path, {}).get(language)
        assert heading is None or any(heading in text for text in said), path
    assert unsaid == {}, f"not wrapped in _() or not translated: {unsaid}"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nb", "Skriv e-postadressen din."),
        ("sv", "Skriv din e-postadress."),
        ("en", "Write your e-mail address."),
    ],
)
def test_a_reader_who_signs_in_is_answered_in_the_language_of_the_browser(client, language, sentence):
    answer = client.post("/sign-in", data={"email": ""}, headers={"Accept-Language": language})
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_what_the_domain_refuses_is_said_in_the_members_language(browser, hall):
    hall.kari.locale = "nb"
    db.session.commit()
    wrong = {
        "name": "Bibliotek",
        "handle": "roads",
        "cadence": "av og til kl. 09:00",
        "timezone": "Europe/Olso",
    }
    answer = browser.send("/streams/new", wrong)
    assert answer.status_code == 422
    for sentence in (
        "Kortnavnet «roads» er opptatt. Velg et annet.",
        "«av og til kl. 09:00» er ikke en rytme vi forstår.",
        "«Europe/Olso» er ikke en tidssone vi kjenner. Skriv en som Europe/Oslo.",
    ):
        assert sentence in answer.text
