"""Mentors and employers as candidates: talks along a guide, profiles, offers, matches, and what mentors promise."""
