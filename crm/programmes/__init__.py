"""Programmes with their period, targets and modules."""
