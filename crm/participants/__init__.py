"""Participants, enrolments, exits and consents."""
