"""PRH, the Finnish business register, as a plugin."""
