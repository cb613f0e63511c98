"""The outbox, its channels, templates and the suppression list."""
