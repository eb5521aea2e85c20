"""Show a book while it is written."""
