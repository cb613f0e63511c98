"""Tests of crm/history."""
