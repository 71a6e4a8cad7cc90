"""The bucket that `SLUICE_MEDIA_URL` names. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

EXPECTED = (
    "SLUICE_MEDIA_URL must be empty (pictures are then kept in the data folder) or name a bucket: "
    "s3://key:secret@host[:port]/bucket?region=eu-north-1&tls=1. Write / as %2F and + as %2B in key and secret."
)
HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")
# The rules of S3: 3 to 63 small letters, digits, dots and hyphens, no two marks in a row, no IP address.
BUCKET = re.compile(r"(?!.*(\.\.|\.-|-\.))(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# What servers that know no regions are content with, and the first of those that do.
USUAL_REGION = "us-east-1"
REGION = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")


@dataclass(frozen=True)
class BucketPlace:
    """`endpoint` is host and port; `tls` whether it is spoken to encrypted."""

    endpoint: str
    bucket: str
    key: str
    secret: str = field(repr=False)
    region: str = USUAL_REGION
    tls: bool = True


def bucket_of(url: str) -> BucketPlace | None:
    """None for the data folder. Raises ValueError with a sentence for the operator, which tells no secret."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(EXPECTED) from None
    key, secret = unquote(parts.username or ""), unquote(parts.password or "")
    name = parts.path.strip("/")
    host = parts.hostname or ""
    if parts.scheme != "s3" or not HOST.fullmatch(host) or not key or not secret or parts.fragment:
        raise ValueError(EXPECTED)
    if not BUCKET.fullmatch(name):
        raise ValueError(
            f"SLUICE_MEDIA_URL names the bucket “{name[:80]}”. A name has 3 to 63 small letters, digits, dots "
            "and hyphens, and no folder follows it."
        )
    region, tls = _options(parts.query)
    host = f"[{host}]" if ":" in host else host
    return BucketPlace(f"{host}:{port}" if port else host, name, key, secret, region, tls)


def _options(query: str) -> tuple[str, bool]:
    options = parse_qs(query, keep_blank_values=True)
    region, tls = options.get("region", [USUAL_REGION])[-1], options.get("tls", ["1"])[-1]
    if set(options) - {"region", "tls"} or tls not in {"0", "1"} or not REGION.fullmatch(region):
        raise ValueError("SLUICE_MEDIA_URL may end with ?region=eu-north-1&tls=1 (or 0) and nothing else.")
    return region, tls == "1"
