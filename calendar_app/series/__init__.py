"""Series: recurrence rules that make posts."""
