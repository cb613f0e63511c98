"""Tests of crm/coverage."""
