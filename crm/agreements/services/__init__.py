"""Writing, sending, signing, ending and renewing agreements."""
