"""What can be done with partnerships, commitments and testimonials."""
