"""The call itself: a script walked through step by step, kept while it is typed, and saved as one."""
