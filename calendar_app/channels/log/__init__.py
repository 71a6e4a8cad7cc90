"""The log channel: harmless, for trying things out."""
