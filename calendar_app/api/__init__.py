"""API v1: JSON resources with the same rules as the pages."""
