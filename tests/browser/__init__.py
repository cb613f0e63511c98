"""The product in Debian's Chromium, against the server that `make run` starts."""
