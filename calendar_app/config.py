"""Every setting, read once. A wrong one stops the start with its name and what is expected."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calendar_app import keys

if TYPE_CHECKING:
    from collections.abc import Mapping

MEGABYTE = 1024 * 1024
WEAK_KEYS = {"secret", "changeme", "change-me", "dev", "development", "test", "sluice"}


class WrongSetting(Exception):
    """A setting that Sluice cannot start with; the text names it and says what is expected."""


@dataclass(frozen=True)
class Settings:
    """All that the environment decides. Made by `read_settings`; see docs/settings.md for each line."""

    data: Path
    database_url: str
    redis_url: str
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    # Sluice made the key, and may put another in its place.
    key_in_folder: bool = False
    base_url: str = "http://127.0.0.1:8000"
    mail_url: str = "log:"
    mail_from: str = ""
    media_url: str = field(default="", repr=False)
    allow_private_hosts: tuple[str, ...] = ()
    allow_private_pages: tuple[str, ...] = ()
    trusted_proxies: int = 0
    workers: int = 2
    api_rate: str = "1200/minute"

    @property
    def plain_loopback(self) -> bool:
        """Plain HTTP on this machine only: the one case in which cookies go without Secure."""
        parts = urlsplit(self.base_url)
        return parts.scheme == "http" and is_loopback(parts.hostname or "")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"


def read_settings(environ: Mapping[str, str] | None = None, *, make: bool = True) -> Settings:
    """Read and check the environment.

    Raises WrongSetting. With `make`, the data folder and a missing secret key are made (key file 0600).
    """
    env = os.environ if environ is None else environ
    data = Path(env.get("SLUICE_DATA") or "var").resolve()
    if make:
        _make_folder(data)
    return Settings(
        data=data,
        database_url=_database(env, data),
        redis_url=_redis(env, data),
        secret_key=_secret_key(env, data, make=make),
        secret_key_fallbacks=_earlier_keys(env, data),
        key_in_folder=env.get("SLUICE_SECRET_KEY") is None,
        base_url=_base_url(env),
        mail_url=_mail(env),
        mail_from=_mail_from(env),
        media_url=_media(env),
        allow_private_hosts=_networks(env, "SLUICE_ALLOW_PRIVATE_HOSTS"),
        allow_private_pages=_networks(env, "SLUICE_ALLOW_PRIVATE_PAGES"),
        trusted_proxies=_number(env, "SLUICE_TRUSTED_PROXIES", 0, 0, 5),
        workers=_number(env, "SLUICE_WORKERS", 2, 1, 32),
        api_rate=_rate(env),
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"SLUICE_DATA is {data}, and that folder cannot be made ({error.strerror}). "
            "Name a folder that this user may write."
        ) from error
    if not os.access(data, os.W_OK):
        raise WrongSetting(f"SLUICE_DATA is {data}, which this user may not write. Name another folder.")


def _database(env: Mapping[str, str], data: Path) -> str:
    url = env.get("SLUICE_DATABASE_URL") or f"sqlite:///{data / 'sluice.db'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise WrongSetting(
            "SLUICE_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg:// "
            "(for instance postgresql+psycopg://sluice:password@localhost/sluice)."
        )
    return url


def _redis(env: Mapping[str, str], data: Path) -> str:
    url = env.get("SLUICE_REDIS_URL")
    if not url:
        from calendar_app.supervising.private_redis import address

        return address(data)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise WrongSetting("SLUICE_REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _secret_key(env: Mapping[str, str], data: Path, *, make: bool) -> str:
    key = env.get("SLUICE_SECRET_KEY")
    if key is not None:
        if len(key) < 32 or key.lower() in WEAK_KEYS or len(set(key)) < 8:
            raise WrongSetting(
                "SLUICE_SECRET_KEY is too weak. Give at least 32 random characters, "
                "or leave it out and Sluice makes one."
            )
        return key
    if keys.current(data) is None:
        if not make:
            raise WrongSetting("SLUICE_SECRET_KEY is not set and no key has been made yet.")
        keys.make_first(data)
    return keys.current(data) or ""


def _earlier_keys(env: Mapping[str, str], data: Path) -> tuple[str, ...]:
    """What the operator names; where the key is the folder's own, those that it has replaced as well."""
    named = _list(env, "SLUICE_SECRET_KEY_FALLBACKS")
    return named if env.get("SLUICE_SECRET_KEY") is not None else (*keys.earlier(data), *named)


def _base_url(env: Mapping[str, str]) -> str:
    url = (env.get("SLUICE_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise WrongSetting(
            f"SLUICE_BASE_URL is “{url}”. Write the address that readers use, without a path: https://news.example.org"
        )
    return url


def _mail(env: Mapping[str, str]) -> str:
    from calendar_app.mailing.server import server_of

    url = env.get("SLUICE_MAIL_URL") or "log:"
    try:
        server_of(url)
    except ValueError as problem:
        raise WrongSetting(str(problem)) from problem
    return url


def _mail_from(env: Mapping[str, str]) -> str:
    from calendar_app.mailing.addresses import BadAddress, sender_parts

    text = env.get("SLUICE_MAIL_FROM", "").strip()
    try:
        if text:
            sender_parts(text)
    except BadAddress as problem:
        raise WrongSetting(
            f"SLUICE_MAIL_FROM is “{text}”. Write an address, with a name before it or without: "
            "Town of Fjordvik <news@fjordvik.example>"
        ) from problem
    return text


def _media(env: Mapping[str, str]) -> str:
    from calendar_app.media.place import bucket_of

    url = env.get("SLUICE_MEDIA_URL", "").strip()
    try:
        bucket_of(url)
    except ValueError as problem:
        raise WrongSetting(str(problem)) from problem
    return url


def _networks(env: Mapping[str, str], setting: str) -> tuple[str, ...]:
    names = _list(env, setting)
    for name in names:
        try:
            ipaddress.ip_network(name)
        except ValueError as error:
            raise WrongSetting(
                f"{setting} contains “{name}”. Write networks such as 10.0.0.0/8,192.168.1.0/24."
            ) from error
    return names


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not re.fullmatch(r"\d{1,4}", text) or not low <= int(text) <= high:
        raise WrongSetting(f"{name} is “{text}”. Write a whole number from {low} to {high}.")
    return int(text)


def _rate(env: Mapping[str, str]) -> str:
    rate = env.get("SLUICE_API_RATE") or "1200/minute"
    if not re.fullmatch(r"[1-9]\d{0,6}/(second|minute|hour|day)", rate):
        raise WrongSetting(
            f"SLUICE_API_RATE is “{rate}”. Write it as 1200/minute (second, minute, hour or day)."
        )
    return rate
