"""What each place gets of a post: links with labels or short, the count of what fits, several parts of a long text."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.three_ways import come, three_ways
from tests.browser.worlds import make_town_hall
from tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MARKED = "utm_source=discord&utm_medium=social&utm_campaign=roads"


def with_places():
    hall = make_town_hall()
    secrets = {"url": "https://discord.test/api/webhooks/1/x"}
    make_account(hall.team, "discord", name="The bot", secrets=secrets, streams=[hall.roads])
    handle = {"handle": "fjordvik.example"}
    make_account(hall.team, "bluesky", name="In the sky", settings=handle, streams=[hall.roads])
    return hall


def links_leave(kari, how):
    """The stream is told how its links leave, in the part of its form that is folded."""
    page = kari.page
    page.goto("/streams/roads/edit")
    choice = page.locator("[name=links_as]")
    if not choice.is_visible():
        kari.open(page.locator("details:not([open])", has=choice).last.locator("> summary"))
    choice.focus()
    if kari.way == "keys":
        while choice.input_value() != how:
            page.keyboard.press("ArrowDown")
    else:
        choice.select_option(how)
    kari.button("Save", exact=True)
    expect(page.locator(".flashes").first).to_be_attached()


@three_ways("labels and short links")
def test_links_leave_as_the_stream_says_and_the_page_shows_it_before(site, way):
    hall = with_places()
    kari = come(site, hall.kari, way)
    page = kari.page
    for how, shown in (("labelled", MARKED), ("short", "/l/")):
        links_leave(kari, how)
        page.goto("/posts/new?stream=roads")
        kari.write(kari.named("textbox", "Text"), "Read https://example.org/map today.")
        place = page.locator(".pv[data-kind=discord] .pv-text").first
        expect(place).to_contain_text(shown)
        ours = page.locator(".pv[data-kind=page]")
        expect(ours).to_contain_text("https://example.org/map")
        expect(ours).not_to_contain_text(shown)
    assert kari.look("post-short-links") == []


@three_ways("previews and counters", "threads")
def test_a_text_too_long_for_a_place_becomes_parts_that_are_counted(site, way):
    hall = with_places()
    instance = {"instance": "https://mastodon.test", "learnt": {"most": 500}}
    make_account(hall.team, "mastodon", name="In the woods", settings=instance, streams=[hall.roads])
    topic = {"server": "https://ntfy.test", "topic": "roadworks"}
    make_account(hall.team, "ntfy", name="On the phone", settings=topic, streams=[hall.roads])
    kari = come(site, hall.kari, way)
    page = kari.page
    page.goto("/posts/new?stream=roads")
    text = kari.named("textbox", "Text")
    # Where any address weighs the same, and where bytes are counted.
    kari.write(text, f"Map: https://example.org/{'way/' * 25} – å.")
    thousands = {"en": "4,096", "nb": "4\N{NO-BREAK SPACE}096", "sv": "4\N{NO-BREAK SPACE}096"}[kari.language]
    for kind, count, most, unit in (("mastodon", 33, 500, "characters"), ("ntfy", 133, thousands, "bytes")):
        expect(page.locator(f".pv[data-kind={kind}] .fit.num").first).to_have_text(
            kari.say("%(count)s of %(most)s %(unit)s", count=count, most=most, unit=kari.say(unit))
        )
    sky = page.locator(".pv[data-kind=bluesky]")
    # Counted as people see letters: a family of four is one.
    kari.write(text, "Open again 👨‍👩‍👧‍👦.")
    expect(sky.locator(".fit.num").first).to_have_text(
        kari.say("%(count)s of %(most)s %(unit)s", count=13, most=300, unit=kari.say("characters"))
    )
    kari.write(text, " ".join(f"Sentence number {number} of a long report." for number in range(12)))
    parts = sky.locator(".pv-part")
    expect(parts).to_have_count(2)
    expect(parts.first.locator(".fit")).to_contain_text(kari.say("Part %(n)s of %(all)s", n=1, all=2))
    said = [" ".join(part.split()) for part in parts.locator(".pv-text").all_text_contents()]
    assert all(part.endswith(".") for part in said), "parted at sentences"
    # Nothing is cut off: a word without an end goes on in the next part.
    kari.write(text, "x" * 700)
    expect(parts).to_have_count(3)
    assert kari.look("post-in-parts") == []
