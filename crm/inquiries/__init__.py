"""Inquiries: who came to us with what, when they were answered, and what came of it for each person."""
