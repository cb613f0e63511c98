"""Tests of the Follow-up page's own figures."""
