"""SMS through 46elks: the gateway, its callbacks, and a local simulator that speaks the same protocol."""
