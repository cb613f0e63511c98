"""Interviews of employers by a guide, with answers as codes that can be counted over all employers."""
