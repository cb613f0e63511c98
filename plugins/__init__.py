"""Small bundled plugins, one folder each."""
