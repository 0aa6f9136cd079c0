"""Learning from a book's own past: what is usual, and what is not."""
