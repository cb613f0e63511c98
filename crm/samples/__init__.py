"""Sample data: an organisation with a closed and a running programme, to look around in."""
