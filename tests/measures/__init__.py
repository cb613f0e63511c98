"""Measures of employer contact."""
