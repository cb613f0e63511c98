"""Tests of the guard of notes."""
