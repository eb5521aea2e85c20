"""The home page: the contents as a path."""
