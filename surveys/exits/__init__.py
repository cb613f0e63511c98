"""What surveys shows on the pages of exits and participants."""
