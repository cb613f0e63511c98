"""Bolagsverket, the Swedish business register, as a plugin."""
