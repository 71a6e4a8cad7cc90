"""What speaks against sending a post through its accounts as it stands: asked while a person can still change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendar_app.channels.packing import content_of
from calendar_app.channels.registry import ADAPTERS, adapter_for
from calendar_app.languages import say

if TYPE_CHECKING:
    from calendar_app.channels.models import Account
    from calendar_app.posts.models import Post


def objections(post: Post) -> dict[str, str]:
    """`{"accounts": sentences}`, each with the name of its account and a way out; empty when all would take it."""
    told = [
        say("“%(name)s”: %(why)s", name=account.name, why=why)
        for account in post.targets
        for why in objections_of(account, post)
    ]
    return {"accounts": " ".join(told)} if told else {}


def objections_of(account: Account, post: Post) -> tuple[str, ...]:
    """Of one account."""
    if account.channel not in ADAPTERS:
        return ()
    adapter = adapter_for(account.channel, account.settings)
    return adapter.problems(content_of(post, account), account.settings)
