"""Enhetsregisteret, the Norwegian business register, as a plugin."""
