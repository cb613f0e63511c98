"""Inquiries: service, numbers and pages."""
