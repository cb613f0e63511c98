"""What can be done with participants: participants, protection, consents, enrolments, exits, erasure."""
