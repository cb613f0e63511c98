"""The tests: they mirror the packages; contracts, journeys, browser and faults stand beside them."""
