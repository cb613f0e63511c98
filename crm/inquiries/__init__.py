"""Inquiries: who asked for what, and what came of it."""
