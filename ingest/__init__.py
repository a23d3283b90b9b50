"""From feeds.yaml to readings: the web, the parsers, the schedule, the verbs. Knows nothing of SQL."""
