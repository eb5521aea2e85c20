"""Run a book with other versions of packages: tables of what differs, and the lock."""
