"""Outbox, channels and text messages."""
