"""Versioned templates and information sheets, and PDF made of them."""
