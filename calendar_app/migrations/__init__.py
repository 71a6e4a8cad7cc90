"""Database migrations, in reading order; run by `sluice migrate` and at every `sluice up`."""
