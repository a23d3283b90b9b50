"""What can go wrong with the archive itself. One line each, with the remedy: people read them."""


class ArchiveError(Exception):
    """The archive cannot be opened or used. The message names it and says what to do."""


class ArchiveMissingError(ArchiveError):
    """There is no archive at this place."""


class ArchiveBusyError(ArchiveError):
    """Another process holds what we need."""
