"""Writing texts, noting which sheet was given, and taking a library along."""
