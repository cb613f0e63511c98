"""The table of cards."""

import sqlalchemy as sa
from alembic import op

revision = "greetings_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "greetings_card",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("participant_id", sa.Integer, nullable=False),
        sa.Column("text", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.drop_table("greetings_card")
