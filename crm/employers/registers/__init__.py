"""Business registers: asking them, taking over what they say, and watching what becomes of employers."""
