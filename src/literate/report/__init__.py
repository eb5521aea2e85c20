"""Tell of it: warnings at the lines of pages, marks for readers, tests, counts."""
