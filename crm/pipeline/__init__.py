"""The pipeline of employers: board, table, stalled."""
