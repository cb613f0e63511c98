"""Agreements with employers: written, signed, watched and renewed."""
