"""Promises that hold for the whole application, tested over everything that is registered."""
