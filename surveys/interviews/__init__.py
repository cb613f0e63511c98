"""Asking by phone: who has not answered, and the interview."""
