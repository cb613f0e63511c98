"""Writing inquiries."""
