"""Figures of the survey results: pure functions, each with its source."""
