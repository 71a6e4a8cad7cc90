"""Which tests run on both databases is said by names of files: each of them exists, and the halves are fair."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import databases

ROOT = Path(__file__).parents[1]


def test_every_name_is_one_of_a_file_or_folder():
    assert [name for name in databases.BOTH_MATTER if not (ROOT / name).exists()] == []


def one(nodeid, database, *marks):
    callspec = SimpleNamespace(params={"database": database}, id=f"nb-{database}")
    found = SimpleNamespace(nodeid=f"{nodeid}[{callspec.id}]", callspec=callspec)
    found.iter_markers = lambda _name: iter(marks)
    return found


def test_of_two_runs_one_is_left_out_by_turns(monkeypatch):
    monkeypatch.setattr(databases, "EVERYTHING", False)
    pairs = [
        [one(f"tests/helping/test_a.py::test_{n}", name) for name in databases.DATABASES] for n in range(400)
    ]
    kept = [
        [item.callspec.params["database"] for item in pair if item not in databases.left_out(pair)]
        for pair in pairs
    ]
    assert {len(names) for names in kept} == {1}
    assert 150 < kept.count(["sqlite"]) < 250


@pytest.mark.parametrize("both", [True, False])
def test_all_run_on_both_where_it_matters_or_is_asked_for(monkeypatch, both):
    monkeypatch.setattr(databases, "EVERYTHING", both)
    name = "tests/helping/test_a.py::test_a" if both else "tests/channels/test_claiming.py::test_a"
    assert databases.left_out([one(name, database) for database in databases.DATABASES]) == []


def test_a_test_that_names_its_database_keeps_it(monkeypatch):
    monkeypatch.setattr(databases, "EVERYTHING", False)
    named = SimpleNamespace(args=("database", ["sqlite"]))
    assert (
        databases.left_out(
            [one("tests/helping/test_a.py::test_a", name, named) for name in databases.DATABASES]
        )
        == []
    )
