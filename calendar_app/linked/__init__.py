"""What a linked page says of itself: asked for with a press, with suspicion, and never by itself."""
