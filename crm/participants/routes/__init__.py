"""The pages of participants, enrolments and exits. Their addresses stand in ``addresses.py``."""
