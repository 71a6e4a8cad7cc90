"""Every channel, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.channels.bluesky.adapter import BlueskyAdapter
from calendar_app.channels.discord.adapter import DiscordAdapter
from calendar_app.channels.email.adapter import EmailAdapter
from calendar_app.channels.log.adapter import LogAdapter
from calendar_app.channels.mastodon.adapter import MastodonAdapter
from calendar_app.channels.matrix.adapter import MatrixAdapter
from calendar_app.channels.ntfy.adapter import NtfyAdapter
from calendar_app.channels.slack.adapter import SlackAdapter
from calendar_app.channels.teams.adapter import TeamsAdapter
from calendar_app.channels.telegram.adapter import TelegramAdapter
from calendar_app.channels.webhook.adapter import WebhookAdapter
from calendar_app.channels.websub.adapter import WebsubAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendar_app.channels.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {
    adapter.kind: adapter
    for adapter in (
        WebhookAdapter(),
        LogAdapter(),
        MastodonAdapter(),
        BlueskyAdapter(),
        EmailAdapter(),
        TelegramAdapter(),
        MatrixAdapter(),
        DiscordAdapter(),
        SlackAdapter(),
        NtfyAdapter(),
        TeamsAdapter(),
        WebsubAdapter(),
    )
}


def adapter_for(channel: str, settings: Mapping[str, Any]) -> Adapter:
    """The adapter of an account of this channel with these settings.

    Raises KeyError for a kind that this version does not know.
    """
    return ADAPTERS[channel].way(settings)
