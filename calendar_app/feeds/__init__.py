"""Feeds: what readers and their programs poll."""
