"""What employer contact gives, in numbers."""
