"""Tests of outreach/campaigns."""
