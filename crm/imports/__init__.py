"""Reading participants and employers from CSV and XLSX."""
