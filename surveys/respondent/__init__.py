"""The pages of the people who are asked."""
