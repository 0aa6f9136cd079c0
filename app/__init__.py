"""FinTrak: exact personal and business books."""
