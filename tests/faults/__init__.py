"""Real senders are killed and stopped at named points, and what they lost or doubled is counted."""
