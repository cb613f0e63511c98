"""Call scripts: what they are, how they are read, checked, walked, drawn and written. Knows nothing of Flask."""
