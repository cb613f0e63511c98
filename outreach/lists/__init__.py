"""Call lists: whom to call, who is left out and why, and who gets whom next."""
