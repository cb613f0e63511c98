"""Periodic jobs, wake-ups after commit, heartbeats; in-process or through RQ."""
