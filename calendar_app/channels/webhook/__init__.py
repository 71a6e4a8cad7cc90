"""The webhook channel: Standard Webhooks 1.0."""
