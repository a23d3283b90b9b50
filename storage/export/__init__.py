"""Slices of the archive as files: which entries, in the order in which they last changed, and one module a format."""
