"""The wheel carries all that an installed Sluice needs, so that it runs from anywhere."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_templates_static_files_and_migrations_are_in_it(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, into in (("templates", "calendar_app/templates"), ("static", "calendar_app/static")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"{into}/{path.relative_to(ROOT / folder)}" in names
    assert "calendar_app/migrations/versions/0001_first.py" in names
    assert "calendar_app/people/common_passwords.txt" in names
    assert "jobs/clock.py" in names
    for language in ("nb", "sv"):
        assert f"calendar_app/translations/{language}/LC_MESSAGES/messages.mo" in names
    assert not [name for name in names if name.startswith("tests/")]


def test_an_unpacked_wheel_runs_without_the_clone(wheel, tmp_path):
    place = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(place)
    script = (
        "import calendar_app, jobs; from calendar_app import create_app, migrating; app = create_app(); "
        "app.app_context().push(); migrating.migrate(); "
        "from calendar_app.people.setting_up import ensure_site; from calendar_app.extensions import db; "
        "ensure_site(app.config['SETTINGS']); db.session.commit(); "
        "answer = app.test_client().get('/sign-in'); print(calendar_app.__file__, answer.status_code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(place), "SLUICE_DATA": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert ran.stdout.split() == [str(place / "calendar_app" / "__init__.py"), "200"], ran.stderr
