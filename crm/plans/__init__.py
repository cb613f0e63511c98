"""What a participant wants and can, individual plans and competence cards in versions, and employers that may fit."""
