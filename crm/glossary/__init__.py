"""Managed lists of the field and their labels, kept as data files."""
