"""Plugin: questionnaires, follow-up plans, invitations, responses and results."""
