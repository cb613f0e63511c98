"""Real servers that tests talk to: each is a process of its own on a free loopback port."""
