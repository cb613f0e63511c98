"""Writing down talks and press, groups, their members and meetings."""
