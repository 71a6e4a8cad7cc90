"""Discord: a channel, by a webhook of it."""
