"""Employers, workplace units, contact persons, contacts and relationships."""
