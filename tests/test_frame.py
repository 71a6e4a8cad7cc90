"""The frame: pages that exist, and macros that every page uses."""

import pytest
from flask import render_template_string

from calendar_app.frame import PAGES, initials, page_exists, pages


def shown(app, template, **values):
    with app.test_request_context("/"):
        return render_template_string(template, **values)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ingrid Solheim", "IS"), ("Åse", "Å"), ("Jo van der Berg", "JB"), ("", "?"), ("   ", "?")],
)
def test_initials_are_of_the_first_and_the_last_word(name, letters):
    assert initials(name) == letters


def test_the_navigation_shows_only_pages_that_exist(app):
    with app.test_request_context("/calendar"):
        found = [page.path for page in pages()]
        assert "/calendar" in found
        assert not page_exists("/nothing-here")
        assert all(page_exists(path) for path in found)
        assert found == [page.path for page in PAGES if page.path in found]


def test_a_page_is_here_on_itself_and_below_but_not_beside(app):
    calendar = PAGES[0]
    for path, here in [("/calendar", True), ("/calendar/days/2026-12-01", True), ("/calendars", False)]:
        with app.test_request_context(path):
            assert calendar.here is here


FIELD = (
    '{% import "parts/form.html" as form %}'
    '{{ form.field("email", "E-mail", value, errors, help="So we can write") }}'
)


def test_a_field_is_bound_to_its_help_and_its_error(app):
    html = shown(app, FIELD, value='"><b>', errors={"email": "Write it <here>."})
    assert 'aria-describedby="email-help email-error" aria-invalid="true"' in html
    assert 'id="email-error"' in html and "Write it &lt;here&gt;." in html
    assert 'value="&#34;&gt;&lt;b&gt;"' in html


def test_a_field_without_an_error_claims_none(app):
    html = shown(app, FIELD, value=None, errors={})
    assert 'aria-describedby="email-help"' in html
    assert "aria-invalid" not in html and 'value=""' in html


def test_a_password_is_never_sent_back(app):
    html = shown(
        app, '{% import "parts/form.html" as form %}{{ form.field("p", "P", "hush", type="password") }}'
    )
    assert "hush" not in html


def test_the_summary_leads_to_the_fields(app):
    html = shown(
        app,
        '{% import "parts/form.html" as form %}{{ form.error_summary(errors, {"email": "E-mail"}) }}',
        errors={"email": "Write it.", "": "Try again."},
    )
    assert '<a href="#email">E-mail</a>: Write it.' in html
    assert "2 things to put right" in html and "<li>Try again.</li>" in html
    assert "data-focus-first" in html


def test_ticks_and_choices_keep_what_was_chosen(app):
    html = shown(
        app,
        '{% import "parts/form.html" as form %}{{ form.choices("a", "A", [(1, "one"), (2, "two", "hint")], value=[2], '
        'type="checkbox") }}{{ form.select("s", "S", [("x", "X"), ("y", "Y")], value="y") }}',
    )
    assert 'value="2" checked' in html and 'value="1" checked' not in html
    assert '<option value="y" selected>' in html


STATES = ("draft", "in_review", "approved", "scheduled", "sending", "retry", "published", "delivered", "failed",
          "unknown", "missed", "withdrawn", "cancelled", "pending")  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_word_and_an_icon_that_exists(app, client, state):
    html = shown(app, '{% import "parts/post.html" as p %}{{ p.state_mark(state) }}', state=state)
    name = html.split("#")[1].split('"')[0]
    assert f'id="{name}"' in client.get("/static/icons.svg", buffered=True).text
    assert html.split("<span>")[1].split("<")[0]


def test_errors_are_pages_with_a_way_on(client):
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is no page at this address." in answer.text
    assert answer.text.count("<h1") == 1
