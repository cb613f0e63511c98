"""From due rows to messages: what is sent, and what becomes of it."""
