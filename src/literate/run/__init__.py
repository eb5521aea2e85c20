"""Run the cells of a book: kernels, and what their runs used, so that no output grows old."""
