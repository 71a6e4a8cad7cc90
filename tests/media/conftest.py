"""A team with a stream, and its editor; a real S3 server."""

from __future__ import annotations

import pytest

from tests.factories import make_actor, make_stream, make_team
from tests.media import s3_server as s3


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory):
    """Gone with its module: once it has served, it keeps half a core busy with nothing."""
    server = s3.start(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def each_store(request, app, monkeypatch):
    """The application's store, once in the data folder and once in a bucket."""
    if request.param == "bucket":
        made = request.getfixturevalue("s3_server").emptied()
        monkeypatch.setitem(app.extensions, "sluice_pictures", made)
    return request.param


@pytest.fixture
def team(app):
    return make_team()


@pytest.fixture
def stream(team):
    return make_stream(team, "traffic", name="Traffic")


@pytest.fixture
def actor(team):
    return make_actor(team, "editor")
