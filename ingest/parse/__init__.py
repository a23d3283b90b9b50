"""Text to a parsed feed, whatever the text is."""
