"""Documents from this machine: files, folders, archives, by a manifest or by their names."""
