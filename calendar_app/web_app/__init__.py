"""Sluice as an installed app: its manifest, what a browser keeps of it, and the page without a connection."""
