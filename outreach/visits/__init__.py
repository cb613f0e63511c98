"""Visits at employers: booked, moved, cancelled, and logged from a telephone that may have no network."""
