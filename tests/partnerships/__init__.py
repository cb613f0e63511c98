"""Tests of crm/partnerships."""
