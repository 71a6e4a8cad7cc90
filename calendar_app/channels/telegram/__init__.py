"""Telegram: a channel or a group that a bot writes in."""
