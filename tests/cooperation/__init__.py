"""Tests of crm/cooperation."""
