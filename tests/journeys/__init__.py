"""Stories through the whole product."""
