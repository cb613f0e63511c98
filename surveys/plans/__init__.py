"""Follow-up plans: which survey, when, for whom."""
