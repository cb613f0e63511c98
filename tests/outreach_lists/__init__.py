"""Tests of outreach/lists."""
