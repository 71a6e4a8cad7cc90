"""Channels: kinds of places to publish, the accounts of a team, and the deliveries that go there."""
