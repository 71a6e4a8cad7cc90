"""Evergreen: posts that may come again, and the empty slots that they fill."""
