"""Greeting cards: the smallest plugin that uses every hook."""
