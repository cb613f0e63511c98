"""The core of Brobygg: imports nothing from surveys, outreach or plugins."""
