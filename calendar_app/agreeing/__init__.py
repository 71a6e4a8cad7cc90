"""Agreeing on a post: who is asked, who approved what, who wants changes."""
