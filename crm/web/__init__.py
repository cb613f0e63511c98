"""Layout, navigation, slots, assets, error pages and the base form."""
