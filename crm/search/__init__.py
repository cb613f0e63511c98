"""One box over employers and people."""
