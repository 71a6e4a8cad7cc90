"""Posts: what is written, planned, published and withdrawn."""
