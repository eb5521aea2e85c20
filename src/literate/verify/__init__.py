"""Hold what a page says against what its run gave; nothing here knows of a build."""
