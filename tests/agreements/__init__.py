"""Tests of crm/agreements."""
