"""How many tries of a password there are, also when they come all at once, and when Redis is away."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from calendar_app import create_app
from calendar_app.extensions import db, writing
from calendar_app.people import throttling
from calendar_app.people.models import Audit
from calendar_app.people.throttling import TooManyTries, let_try
from calendar_app.times import utcnow
from tests.browsing import Browser
from tests.conftest import settings_for
from tests.people.steps import PASSWORD, sign_in, somebody

TOO_MANY = "Too many tries. Wait a quarter of an hour, then try again."


def test_after_ten_wrong_tries_even_the_right_password_must_wait(browser):
    somebody(email="kari@example.org", password=PASSWORD)
    answers = [sign_in(browser, "kari@example.org", f"wrong {number}").status_code for number in range(10)]
    assert answers == [422] * 10
    late = sign_in(browser, "kari@example.org", PASSWORD)
    assert late.status_code == 429
    assert TOO_MANY in late.text


def test_an_unknown_address_is_throttled_alike(browser):
    answers = [sign_in(browser, "nobody@example.org", "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_a_stranger_elsewhere_cannot_keep_a_person_out(browser, new_browser):
    somebody(email="kari@example.org", password=PASSWORD)
    for _ in range(11):
        sign_in(browser, "kari@example.org", "wrong", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert sign_in(new_browser(), "kari@example.org", PASSWORD).status_code == 303


def test_guessing_from_many_places_ends_as_well(app):
    kari, now = somebody(), utcnow()
    for number in range(throttling.MOST_FROM_EVERYWHERE):
        let_try(kari, kari.email, f"192.0.2.{number}", now)
    with pytest.raises(TooManyTries):
        let_try(kari, kari.email, "198.51.100.1", now)


def test_signing_in_gives_the_tries_back(browser, new_browser):
    somebody(email="kari@example.org", password=PASSWORD)
    for _ in range(9):
        sign_in(browser, "kari@example.org", "wrong")
    statuses = [sign_in(new_browser(), "kari@example.org", PASSWORD).status_code for _ in range(3)]
    assert statuses == [303, 303, 303]


def test_after_a_quarter_of_an_hour_one_may_try_again(app):
    kari, now = somebody(), utcnow()
    for _ in range(10):
        let_try(kari, kari.email, "192.0.2.7", now)
    with pytest.raises(TooManyTries):
        let_try(kari, kari.email, "192.0.2.7", now)
    let_try(kari, kari.email, "192.0.2.7", now + timedelta(minutes=15, seconds=10))


def test_of_many_tries_at_once_no_more_than_ten_get_through(app):
    kari, now = somebody(), utcnow()
    person_id, email = kari.id, kari.email
    db.session.commit()

    def attempt(_number):
        with app.app_context(), writing():
            person = db.session.get(type(kari), person_id)
            try:
                let_try(person, email, "192.0.2.7", now)
            except TooManyTries:
                return 0
            finally:
                db.session.remove()
            return 1

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(lambda n: contextvars.Context().run(attempt, n), range(24)))
    assert let_through <= 10
    assert let_through > 0


def test_the_record_keeps_neither_what_was_typed_nor_where_it_came_from(browser):
    sign_in(browser, "my secret password", "wrong", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    subjects = (
        db.session.execute(sa.select(Audit.subject).where(Audit.action == "sign-in tried")).scalars().all()
    )
    assert len(subjects) == 1
    assert subjects[0].startswith("nobody ")
    assert "secret" not in subjects[0] and "192.0.2" not in subjects[0]


@pytest.fixture
def app_without_redis(app):
    """The same site, whose Redis is at an address where nothing listens."""
    given = app.config["SETTINGS"]
    lonely = create_app(settings_for(given.data, given.database_url, f"unix://{given.data}/nobody.sock"))
    lonely.test_client_class = Browser
    yield lonely
    with lonely.app_context():
        db.engine.dispose()


def test_without_redis_people_sign_in_and_guessing_still_ends(app, app_without_redis):
    somebody(email="kari@example.org", password=PASSWORD)
    with app_without_redis.app_context():
        assert sign_in(app_without_redis.test_client(), "kari@example.org", PASSWORD).status_code == 303
        guesser = app_without_redis.test_client()
        statuses = [sign_in(guesser, "kari@example.org", "wrong").status_code for _ in range(12)]
        assert statuses == [422] * 10 + [429] * 2
        db.session.remove()


@pytest.mark.parametrize("time", ["once", "again"])
def test_one_place_may_not_send_the_form_without_end(browser, time):
    """Twice, since what an app of another test has counted must not count here."""
    token = browser.form_token("/sign-in")
    statuses = [browser.post("/sign-in", data={"csrf_token": token}).status_code for _ in range(31)]
    assert statuses == [422] * 30 + [429]


def test_one_place_may_not_send_the_form_without_end_while_redis_is_away(app, app_without_redis):
    with app_without_redis.app_context():
        browser = app_without_redis.test_client()
        token = browser.form_token("/sign-in")
        statuses = [browser.post("/sign-in", data={"csrf_token": token}).status_code for _ in range(32)]
        assert statuses == [422] * 30 + [429] * 2
        db.session.remove()
