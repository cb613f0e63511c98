"""The survey logic that needs neither database nor web."""
