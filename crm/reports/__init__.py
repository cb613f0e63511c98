"""Measures, and the pages and files that show them."""
