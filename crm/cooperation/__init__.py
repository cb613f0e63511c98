"""A unit among others: what it said in public, and the groups in which it meets those it works with."""
