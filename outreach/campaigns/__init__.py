"""What came of call lists: by list, by version of the script, and by caller where that is switched on."""
