"""Saisine: from an online attack to evidence that anyone can check, and a deadline nobody misses."""

__version__ = "0.1.0"
