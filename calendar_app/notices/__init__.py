"""Telling the member who is responsible: in the app, and by a mail that bundles."""
