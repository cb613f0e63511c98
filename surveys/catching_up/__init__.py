"""Invitations that are late and wait for somebody who has seen them."""
