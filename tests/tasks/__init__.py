"""Tests of crm/tasks."""
