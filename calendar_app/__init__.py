"""Sluice: one overloaded channel split into topic streams."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from calendar_app.careful_json import CarefulJSON
from calendar_app.config import MEGABYTE, Settings, read_settings
from calendar_app.unreadable import read_json

PACKAGE = Path(__file__).parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application. `settings` default to those of the environment (raises WrongSetting)."""
    settings = settings or read_settings()
    app = Flask(__name__, template_folder=str(_folder("templates")), static_folder=str(_folder("static")))
    app.json = CarefulJSON(app)
    configure(app, settings)
    add_file_shelf(app)
    trust_proxies(app, settings.trusted_proxies)
    add_extensions(app)
    add_doors(app)
    add_feed_shelf(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=2 * MEGABYTE,
        SESSION_COOKIE_SECURE=not settings.plain_loopback,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=[settings.host, "localhost", "127.0.0.1", "[::1]"],
        RATELIMIT_STORAGE_URI=_limiter_storage(settings),
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 1, "socket_connect_timeout": 1},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=False,
        RATELIMIT_HEADERS_ENABLED=True,
        BABEL_DEFAULT_LOCALE="en",
    )


def add_file_shelf(app: Flask) -> None:
    """Right in front of the application: styles, scripts and icons, each asked of it once."""
    from calendar_app.file_shelf import FileShelf

    app.wsgi_app = FileShelf(app)  # type: ignore[method-assign]


def trust_proxies(app: Flask, hops: int) -> None:
    """What they say of the visitor is believed of that many, whatever stands behind them."""
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def add_extensions(app: Flask) -> None:
    import calendar_app.model_list  # noqa: F401  (every table must be known before the first query)
    from calendar_app import extensions, languages, zone_words

    extensions.db.init_app(app)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    extensions.babel.init_app(app, locale_selector=languages.choose_language)
    languages.register(app)
    zone_words.register(app)
    with app.app_context():
        if app.config["SETTINGS"].database_url.startswith("sqlite"):
            extensions.prepare_sqlite(extensions.db.engine)


def add_doors(app: Flask) -> None:
    from calendar_app import assets, compressing, errors, frame, headers, row_number
    from calendar_app.api import routing as api
    from calendar_app.channels.email.views import mail
    from calendar_app.channels.mastodon.views import mastodon
    from calendar_app.channels.views import accounts
    from calendar_app.comments.views import comments
    from calendar_app.feeds.views import feeds
    from calendar_app.health.views import health
    from calendar_app.helping.views import helping
    from calendar_app.linked.views import linked
    from calendar_app.media.views import pictures
    from calendar_app.needs.views import needs
    from calendar_app.notices.views import notices
    from calendar_app.people import views as people
    from calendar_app.planner.kept_views import kept
    from calendar_app.planner.live_views import live
    from calendar_app.planner.many_views import many
    from calendar_app.planner.step_views import steps as planner_steps
    from calendar_app.planner.views import planner
    from calendar_app.posts import views as posts
    from calendar_app.posts.public_views import public
    from calendar_app.posts.queue_views import queue
    from calendar_app.revisions.views import history
    from calendar_app.series.views import series
    from calendar_app.sharing.public_views import outsiders
    from calendar_app.sharing.views import sharing
    from calendar_app.short_links.views import short_links
    from calendar_app.snippets.views import snippets
    from calendar_app.streams.views import streams
    from calendar_app.web_app.views import web_app

    row_number.register(app)
    headers.register(app)
    # The last to be registered is the first to see an answer.
    compressing.register(app)
    assets.register(app)
    frame.register(app)
    errors.register(app)
    people.register(app)
    app.register_blueprint(accounts)
    app.register_blueprint(comments)
    app.register_blueprint(feeds)
    app.register_blueprint(health)
    app.register_blueprint(helping)
    app.register_blueprint(history)
    app.register_blueprint(mail)
    app.register_blueprint(mastodon)
    app.register_blueprint(linked)
    app.register_blueprint(pictures)
    app.register_blueprint(needs)
    app.register_blueprint(notices)
    app.register_blueprint(outsiders)
    app.register_blueprint(planner)
    app.register_blueprint(planner_steps)
    app.register_blueprint(sharing)
    app.register_blueprint(live)
    app.register_blueprint(many)
    app.register_blueprint(kept)
    app.register_blueprint(public)
    app.register_blueprint(queue)
    app.register_blueprint(series)
    app.register_blueprint(short_links)
    app.register_blueprint(snippets)
    app.register_blueprint(streams)
    app.register_blueprint(web_app)
    posts.register(app)
    api.register(app)


def add_feed_shelf(app: Flask) -> None:
    """In front of everything: finished feeds, so that most polls cost one question to the database."""
    from calendar_app import extensions
    from calendar_app.feeds.question import Question
    from calendar_app.feeds.shelf import FeedShelf

    with app.app_context():
        question = Question(extensions.db.engine)
    app.wsgi_app = FeedShelf(app.wsgi_app, question)  # type: ignore[method-assign]


def _folder(name: str) -> Path:
    """Beside the package in a clone, inside it in an installed wheel."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def _engine_options(settings: Settings) -> dict[str, object]:
    if settings.database_url.startswith("sqlite"):
        # What SQLite has counted (health/counting.py) is read when a connection opens.
        return {"connect_args": {"timeout": 20}, "json_deserializer": read_json, "pool_recycle": 3600}
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 20,
        "connect_args": {"connect_timeout": 5},
    }


def _limiter_storage(settings: Settings) -> str:
    if settings.redis_url.startswith("unix://"):
        return settings.redis_url.replace("unix://", "redis+unix://", 1)
    return settings.redis_url
