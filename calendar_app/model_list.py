"""Imports every module that defines a table, for migrations and for relationships named by string."""

import calendar_app.agreeing.models
import calendar_app.api.models
import calendar_app.channels.email.models
import calendar_app.channels.models
import calendar_app.comments.models
import calendar_app.evergreen.models
import calendar_app.feeds.models
import calendar_app.health.models
import calendar_app.media.models
import calendar_app.notices.models
import calendar_app.people.models
import calendar_app.planner.models
import calendar_app.posts.models
import calendar_app.revisions.models
import calendar_app.series.models
import calendar_app.sharing.models
import calendar_app.short_links.models
import calendar_app.snippets.models
import calendar_app.streams.models  # noqa: F401
