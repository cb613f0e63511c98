"""Coverage targets: regions to be covered, by when."""
