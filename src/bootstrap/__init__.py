"""What happens before the book's own packages can be imported: with the standard library alone.

It runs on any Python from 3.8 on, if only to find a newer one, and on any system.
"""
