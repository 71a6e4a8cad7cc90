"""Matrix: a room on any home server."""
