"""Tests of the house itself: imports, migrations, settings, plugins, jobs."""
