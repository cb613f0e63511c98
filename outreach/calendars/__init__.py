"""A private calendar for everybody: visits, callbacks, events, agreements that end."""
