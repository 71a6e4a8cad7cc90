"""On which database a test runs that asks for one without saying which.

On both where what is tested rests on how a database locks, counts, sorts or keeps: whatever races, delivers, migrates
or is put back. The others (pages, forms, channels' words, the doors of the API) take one of the two, the same each
time and half of them each, so that `make test` stays short; `make check` runs all on both (docs/decisions/0015).
"""

from __future__ import annotations

from tests.turns import EVERYTHING, turn

DATABASES = ("sqlite", "postgresql")
BOTH_MATTER = (
    "tests/attacks/", "tests/evergreen/", "tests/faults/", "tests/health/", "tests/journeys/", "tests/mailing/",
    "tests/revisions/", "tests/sharing/", "tests/snippets/",
    *(f"tests/api/test_{name}.py" for name in ("many", "queue", "replaying", "steps")),
    *(f"tests/channels/test_{name}.py" for name in (
        "claiming", "delivering", "email", "email_kills", "email_lists", "leaving", "outcomes", "overtime",
        "resolving", "retrying", "stepping", "sweeping")),
    *(f"tests/feeds/test_{name}.py" for name in (
        "choosing", "entries", "hubs", "parts", "shelf", "tongues", "tongues_cost")),
    *(f"tests/media/test_{name}.py" for name in ("attaching", "backup", "forgetting", "keeping")),
    *(f"tests/planner/test_{name}.py" for name in (
        "acting", "keeping", "live_views", "loading", "more_told", "moving", "news", "rehoming", "stepping")),
    *(f"tests/posts/test_{name}.py" for name in (
        "autosaving", "crowding", "drafting", "publishing", "queueing", "reviewing", "scheduling", "withdrawing")),
    *(f"tests/series/test_{name}.py" for name in ("editing", "making", "returning")),
    *(f"tests/test_{name}.py" for name in (
        "backup", "insisting", "migrating", "rotating", "stopping", "strangers", "supervisor")),
)  # fmt: skip


def left_out(items):
    """Those of `items` that run on the other database already."""
    return [] if EVERYTHING else [item for item in items if _runs_on_the_other(item)]


def _runs_on_the_other(item):
    here = getattr(item, "callspec", None) and item.callspec.params.get("database")
    if here not in DATABASES or item.nodeid.startswith(BOTH_MATTER) or _names_its_databases(item):
        return False
    return here != turn(_without(item, here), DATABASES)


def _names_its_databases(item):
    marks = item.iter_markers("parametrize")
    return any("database" in mark.args[0] for mark in marks)


def _without(item, database):
    """The name of the test with its other arguments: the same for both databases."""
    others = [part for part in item.callspec.id.split("-") if part != database]
    return f"{item.nodeid.split('[')[0]}[{'-'.join(others)}]"
