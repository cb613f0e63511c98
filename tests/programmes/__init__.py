"""Tests of crm/programmes."""
