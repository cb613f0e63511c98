"""Tests of profiles, individual plans and competence cards."""
