"""Slack: a channel, by an incoming webhook of it."""
