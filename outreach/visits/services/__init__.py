"""What can be done with visits, their reports and the devices that keep them."""
