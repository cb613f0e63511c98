"""Beginning a call, keeping what is typed, going on, and closing it."""
