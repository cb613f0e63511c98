"""CSR partnerships: what employers promised and what they delivered."""
