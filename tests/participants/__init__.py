"""Tests of crm/participants."""
