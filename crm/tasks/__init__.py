"""Follow-ups with an owner and a due date, and the Today page."""
