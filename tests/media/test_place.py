"""`SLUICE_MEDIA_URL`: a bucket with its key, or a sentence that says what is expected and tells no secret."""

from __future__ import annotations

import pytest

from calendar_app.config import WrongSetting, read_settings
from calendar_app.media.place import BucketPlace, bucket_of


def test_an_address_names_host_bucket_and_key():
    assert bucket_of("") is None
    assert bucket_of("s3://key:a%2Fb%2Bc@s3.example.org/pictures?region=eu-north-1") == BucketPlace(
        "s3.example.org", "pictures", "key", "a/b+c", "eu-north-1", True
    )
    plain = bucket_of("s3://key:secret@[::1]:9000/town-pictures/?tls=0")
    assert (plain.endpoint, plain.bucket, plain.region, plain.tls) == (
        "[::1]:9000", "town-pictures", "us-east-1", False
    )  # fmt: skip
    assert "secret" not in repr(plain)


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.example.org/pictures",
        "s3://s3.example.org/pictures",
        "s3://key@s3.example.org/pictures",
        "s3://key:hush-hush@s3.example.org/",
        "s3://key:hush-hush@s3.example.org/Pictures",
        "s3://key:hush-hush@s3.example.org/pictures/of/ours",
        "s3://key:hush-hush@s3.example.org/10.0.0.1",
        "s3://key:hush-hush@s3_example/pictures",
        "s3://key:hush/hush@s3.example.org/pictures",
        "s3://key:hush-hush@s3.example.org:port/pictures",
        "s3://key:hush-hush@s3.example.org/pictures?tls=maybe",
        "s3://key:hush-hush@s3.example.org/pictures?acl=public",
    ],
)
def test_anything_else_stops_the_start_with_a_sentence(url, tmp_path):
    with pytest.raises(WrongSetting, match="SLUICE_MEDIA_URL") as problem:
        read_settings({"SLUICE_DATA": str(tmp_path), "SLUICE_MEDIA_URL": url})
    assert "hush" not in str(problem.value)
