"""Tests of interviews with employers."""
