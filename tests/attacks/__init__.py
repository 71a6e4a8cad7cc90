"""Sluice as somebody who means it harm uses it."""
