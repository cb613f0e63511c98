"""Files that belong to a row of another feature: kept outside the web root, checked by content, downloaded only."""
