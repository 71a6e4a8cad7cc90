"""Pictures in a bucket of an S3-compatible storage: private, each under the name of what it holds.

The operator chose the place, as with the mail server and Redis: it is called directly, may be in a private network, and
every wait has an end. Readers never see its address; pages show pictures from this site.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from calendar_app.media.keeping import NAME, TYPES, StoreAway, checked_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendar_app.media.place import BucketPlace

CONNECT_SECONDS, READ_SECONDS = 3.0, 8.0
# One picture is 20 MB at most: as many calls at once as publish threads that may want one.
CONNECTIONS = 32
NOT_THERE = {"NoSuchKey", "NoSuchObject"}
REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}


class Bucket:
    """A store (`keeping.Store`). Its connections are made on first use, anew after a fork."""

    def __init__(self, place: BucketPlace) -> None:
        self.place = place
        self._renewing = Lock()
        self._made: tuple[int, Minio] | None = None

    def __str__(self) -> str:
        return f"bucket {self.place.bucket} at {self.place.endpoint}"

    def put(self, name: str, content: bytes) -> None:
        kind = TYPES[checked_name(name).rpartition(".")[2]]
        with self._asking():
            self._client().put_object(
                self.place.bucket, name, io.BytesIO(content), len(content), content_type=kind
            )

    def get(self, name: str) -> bytes | None:
        try:
            with self._asking():
                answer = self._client().get_object(self.place.bucket, checked_name(name))
                try:
                    return bytes(answer.read())
                finally:
                    answer.close()
                    answer.release_conn()
        except _NotThere:
            return None

    def has(self, name: str) -> bool:
        try:
            with self._asking():
                self._client().stat_object(self.place.bucket, checked_name(name))
                return True
        except _NotThere:
            return False

    def delete(self, name: str) -> None:
        # S3 calls deleting what is not there a success; some servers do not.
        try:
            with self._asking():
                self._client().remove_object(self.place.bucket, checked_name(name))
        except _NotThere:
            return

    def names(self, *, older_than: float = 0.0) -> Iterator[str]:
        before = datetime.now(UTC) - timedelta(seconds=older_than)
        with self._asking():
            for found in self._client().list_objects(self.place.bucket, recursive=True):
                name = found.object_name or ""
                if NAME.fullmatch(name) and _not_after(found.last_modified, before):
                    yield name

    def open_to_all(self, name: str) -> bool:
        """Whether a stranger may read this: a bucket of pictures must be private."""
        place = self.place
        stranger = Minio(place.endpoint, secure=place.tls, region=place.region, http_client=_connections())
        try:
            stranger.stat_object(place.bucket, checked_name(name))
        except (MinioException, urllib3.exceptions.HTTPError):
            return False
        return True

    def _client(self) -> Minio:
        """A forked child must not speak over its parent's connections."""
        with self._renewing:
            if self._made is None or self._made[0] != os.getpid():
                place = self.place
                client = Minio(
                    place.endpoint, place.key, place.secret, secure=place.tls, region=place.region,
                    http_client=_connections(),
                )  # fmt: skip
                self._made = os.getpid(), client
            return self._made[1]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Raises StoreAway with a sentence for the operator for whatever goes wrong at the other side."""
        try:
            yield
        except S3Error as problem:
            if problem.code in NOT_THERE:
                raise _NotThere from problem
            raise StoreAway(self._told(problem)) from problem
        except (MinioException, urllib3.exceptions.HTTPError) as problem:
            raise StoreAway(f"The storage {self.place.endpoint} does not answer properly.") from problem

    def _told(self, problem: S3Error) -> str:
        endpoint, bucket, code = self.place.endpoint, self.place.bucket, problem.code
        if code == "NoSuchBucket":
            return f"The storage {endpoint} has no bucket {bucket}. Make it, private, or correct SLUICE_MEDIA_URL."
        if code in REFUSED:
            return f"The storage {endpoint} does not let our key use {bucket} ({code}). Look at SLUICE_MEDIA_URL."
        return f"The storage {endpoint} answered {code}."


class _NotThere(Exception):
    """There is no object of this name."""


class _Connections(urllib3.PoolManager):
    """Some servers call their XML text/xml, and the client then does not read what they say."""

    def urlopen(self, *given: Any, **more: Any) -> urllib3.BaseHTTPResponse:
        answer = super().urlopen(*given, **more)
        if answer.headers.get("content-type", "").startswith("text/xml"):
            answer.headers["content-type"] = "application/xml"
        return answer


def _connections() -> urllib3.PoolManager:
    return _Connections(
        num_pools=2,
        maxsize=CONNECTIONS,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        # Every call may be made twice: a put writes the same bytes under the same name.
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
    )


def _not_after(at: datetime | None, before: datetime) -> bool:
    return at is not None and at <= before
