"""Plugin: what is done out there, at the employers'."""
