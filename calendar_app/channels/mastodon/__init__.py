"""The Mastodon channel: any server with the Mastodon API, a long text as a thread."""
