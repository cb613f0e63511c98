"""Business registers: their clients over HTTP against the simulators, the pages, and the watch."""
