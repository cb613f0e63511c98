"""A rehearsal: the real code under a clock of its own, with people, staff and receivers that are played."""
