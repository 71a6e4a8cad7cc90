"""WebSub: a hub that is told when public feeds have changed."""
