"""After a restored backup: what was used up since it was made is not good again."""

from __future__ import annotations

import pytest

from calendar_app import create_app
from calendar_app.backing_up import write_backup
from calendar_app.extensions import db, start_writing
from calendar_app.people.setting_up import DeadLink, find_link, make_link, use_link
from calendar_app.restoring import restore_backup
from tests.conftest import settings_for


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_link_that_was_used_after_the_backup_opens_nothing_in_the_restored_site(app, owner, tmp_path):
    start_writing()
    token = make_link(owner, "sign-in", 24)
    db.session.commit()
    write_backup(str(tmp_path / "backup.tar.gz"))
    start_writing()
    use_link(token)
    db.session.commit()

    (tmp_path / "other").mkdir()
    settings = app.config["SETTINGS"]
    other = create_app(settings_for(tmp_path / "other", f"sqlite:///{tmp_path}/other.db", settings.redis_url))
    with other.app_context():
        restore_backup(str(tmp_path / "backup.tar.gz"))
        with pytest.raises(DeadLink):
            find_link(token, "sign-in")
        db.session.remove()
        db.engine.dispose()
