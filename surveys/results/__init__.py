"""What surveys show on the Follow-up page, and their own pages of results."""
