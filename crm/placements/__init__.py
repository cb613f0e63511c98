"""Placements of participants at employers."""
