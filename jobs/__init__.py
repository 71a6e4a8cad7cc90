"""What runs beside the web: a clock, and workers of one lane each. Every file but these two is one job."""
