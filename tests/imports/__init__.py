"""Tests of crm/imports."""
