"""Microsoft Teams: a channel or chat, by a workflow that takes webhooks."""
