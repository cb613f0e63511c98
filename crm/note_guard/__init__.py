"""Points out what does not belong in a note."""
