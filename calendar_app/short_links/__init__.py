"""Own short addresses: each leads to one stored target, and is counted, not its reader."""
