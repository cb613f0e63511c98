"""Units, staff, roles, sign-in, visibility scopes and the audit log."""
