"""What must work on every system: imports, and a small book with a graph."""
