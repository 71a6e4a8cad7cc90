"""Figures, side by side in one run: `python -m benchmarks [name …]`. See README.md here."""
