"""The calendar on paper: one sheet for each view."""

from __future__ import annotations

import re

import pytest

from calendar_app.planner.asking import VIEWS
from tests.browser.worlds import busy_town_hall

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_every_view_prints_to_one_sheet(site):
    hall = busy_town_hall()
    page = site.open(hall.kari)
    sheets = {}
    for view in VIEWS:
        page.goto(f"/calendar?view={view}")
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        sheets[view] = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert sheets == dict.fromkeys(VIEWS, 1)
