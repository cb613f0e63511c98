"""Tests of crm/employers."""
