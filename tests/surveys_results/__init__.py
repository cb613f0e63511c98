"""Tests of what surveys show on the Follow-up page and on their own pages of results."""
