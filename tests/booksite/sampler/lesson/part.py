"""A part of a page."""

TWO = 2


def double(x):
    """Return twice the number."""
    return 2 * x


def half(x):
    return x / 2
