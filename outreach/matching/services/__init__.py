"""What one does with mentors, profiles, offers and matches."""
