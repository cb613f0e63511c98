"""CVR, the Danish business register, as a plugin."""
