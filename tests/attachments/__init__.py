"""Tests of crm/attachments."""
