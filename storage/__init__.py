"""The archive: what was seen, when, in which wording. Knows nothing of the web."""
