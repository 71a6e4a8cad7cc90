"""Streams: the topics that readers follow one by one."""
