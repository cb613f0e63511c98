"""Tests of crm/placements."""
