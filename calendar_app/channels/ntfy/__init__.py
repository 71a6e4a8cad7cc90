"""ntfy: a topic that phones and browsers listen to, on ntfy.sh or any other server."""
