"""What travels when a page that is there already asks again; the list's own ways; rows of streams in words."""

from datetime import timedelta

from calendar_app.extensions import db
from calendar_app.streams.cadence import parse_cadence
from tests.factories import make_stream, make_team, plan_for
from tests.planner.plans import utc
from tests.planner.test_loading import fill_month
from tests.planner.test_views import DECEMBER, NOON, oslo, planned


def sums_of(answer):
    return answer.headers.get("Sluice-Sums") or answer.text.split('data-sums="')[1].split('"')[0]


def again(browser, path, sums):
    return browser.get(path, headers={"Sluice-Plan": sums})


def test_a_page_that_is_up_to_date_is_sent_nothing(signed_in):
    team = make_team()
    planned(make_stream(team))
    browser = signed_in(oslo(team))
    for view in ("month", "week", "day", "list", "streams"):
        path = f"/calendar?view={view}&date=2026-12-01"
        assert again(browser, path, sums_of(browser.get(path))).data == b"", view


def test_after_a_move_only_the_two_days_and_the_line_travel(signed_in):
    team = make_team()
    stream = make_stream(team)
    fill_month(stream, 3000)
    post = planned(stream, title="Bridge closed")
    browser = signed_in(oslo(team))
    page = browser.get(DECEMBER)
    plan_for(post, NOON + timedelta(days=1))
    db.session.commit()
    answer = again(browser, DECEMBER, sums_of(page))
    assert answer.text.count('<li class="day') == 2
    assert 'id="d-2026-12-01"' in answer.text and 'id="d-2026-12-02"' in answer.text
    assert 'id="d-2026-12-03"' not in answer.text
    assert len(answer.data) < 12_000 < len(page.data) / 8
    assert again(browser, DECEMBER, sums_of(answer)).data == b""


def test_what_fits_no_known_sums_is_sent_without_the_frame(signed_in):
    team = make_team()
    planned(make_stream(team), title="Bridge closed")
    browser = signed_in(oslo(team))
    for known in ("whole", "1.2.3", "x" * 5000):
        answer = again(browser, DECEMBER, known)
        assert answer.status_code == 200
        assert (
            'id="plan"' in answer.text
            and 'id="rail-filters"' in answer.text
            and "Bridge closed" in answer.text
        )
        assert "<html" not in answer.text and "<title>December 2026" in answer.text


def test_a_list_finds_words_in_titles_and_texts_whatever_is_in_them(signed_in):
    team = make_team()
    stream = make_stream(team)
    planned(stream, title="Bridge 100% closed")
    planned(stream, title="Concert", text="Beside the bridge.")
    planned(stream, title="Film", text="Nothing")
    browser = signed_in(oslo(team))

    def found(words):
        page = browser.get(f"/calendar?view=list&date=2026-12-01&q={words}").text
        return [
            title for title in ("Bridge", "Concert", "Film") if title in page.split('data-grid="list"')[1]
        ]

    assert found("bridge") == ["Bridge", "Concert"]
    assert found("100%25") == ["Bridge"]
    assert found("_") == []
    assert found("") == ["Bridge", "Concert", "Film"]


def test_a_list_is_sorted_as_one_chose_last(signed_in):
    team = make_team()
    zoo, roads = make_stream(team, name="Zoo"), make_stream(team, name="Roads")
    planned(zoo, title="b first")
    planned(roads, title="A second", at=NOON + timedelta(hours=1), state="in_review")
    browser = signed_in(oslo(team))
    path = "/calendar?view=list&date=2026-12-01"

    def order(page):
        body = page.text.split('data-grid="list"')[1]
        return "b first" if body.index("b first") < body.index("A second") else "A second"

    assert order(browser.get(path)) == "b first"
    assert {sort: order(browser.get(f"{path}&sort={sort}")) for sort in ("stream", "state", "latest", "title")} == {
        "stream": "A second", "state": "A second", "latest": "A second", "title": "A second",
    }  # fmt: skip
    assert order(browser.get(path)) == "A second"
    assert 'view=list&amp;date=2026-12-01&amp;sort=title"' in browser.get(DECEMBER).text
    assert order(browser.get(f"{path}&sort=time")) == order(browser.get(path)) == "b first"
    assert browser.get(f"{path}&sort=colour").status_code == 422


def test_a_row_says_in_words_what_stands_out_in_its_stream(signed_in):
    team = make_team()
    stream = make_stream(
        team,
        name="Roads",
        cadence=parse_cadence("every monday at 09:00").to_json(),
        created_at=utc("2026-01-01T00:00"),
    )
    at = utc("2027-12-01T11:00")
    for minutes in (0, 20):
        planned(stream, at=at + timedelta(minutes=minutes))
    for hours in range(5):
        planned(stream, at=at + timedelta(days=1, hours=hours))
    page = signed_in(oslo(team)).get("/calendar?view=streams&date=2027-12-01").text
    row = page.split('class="row-stream-box"')[1].split("</section>")[0]
    assert "7 planned" in row
    assert "20 minutes apart on Wed 1 Dec" in row and "5 posts from Thu 2 Dec on" in row
    assert "Promised for Mon 6 Dec, nothing is planned" in row
    assert "<b>Gap</b> Mon 22 Nov" in row
