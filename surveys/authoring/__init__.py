"""Questionnaires and message texts: versions, translations, approval."""
