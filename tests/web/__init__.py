"""Tests of the web shell: no database, no feature, no plugin."""
