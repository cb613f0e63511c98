"""The contact history: what everything else leaves a line in."""
