"""Only what has changed travels."""

from calendar_app.planner.parts import changed, cut, with_sums


def page(*days, frame="grid", rail="3 gaps"):
    cells = "".join(
        f'<!--part--><li id="d-{number}">{text}</li><!--/part-->' for number, text in enumerate(days)
    )
    rail = f'<!--part--><nav id="rail">{rail}</nav><!--/part-->'
    return (
        f'<html>{rail}<!--plan--><div id="plan" data-sums="" class="{frame}">{cells}</div><!--/plan--></html>'
    )


def test_what_is_the_same_is_not_sent_again():
    assert changed(page("a", "b"), cut(page("a", "b")).sums) == []


def test_a_part_that_differs_comes_alone_wherever_it_stands():
    known = cut(page("a", "b")).sums
    assert changed(page("a", "new"), known) == ['<li id="d-1">new</li>']
    assert changed(page("a", "b", rail="none"), known) == ['<nav id="rail">none</nav>']


def test_another_frame_or_another_number_of_parts_asks_for_the_whole():
    known = cut(page("a", "b")).sums
    assert changed(page("a", "b", frame="list"), known) is None
    assert changed(page("a", "b", "c"), known) is None
    assert changed(page("a", "b"), "whole") is None


def test_a_part_that_takes_the_place_of_another_asks_for_the_whole():
    """A page finds by its id what a part is to take the place of."""
    before, after = page("a", "b"), page("a", "b").replace('id="d-1"', 'id="d-7"')
    assert changed(after, cut(before).sums) is None


def test_a_page_keeps_the_sums_of_what_it_shows():
    html = with_sums(page("a", "b"))
    assert f'data-sums="{cut(page("a", "b")).sums}"' in html
