"""Managed lists and terms."""
