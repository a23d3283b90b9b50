"""The read-only page over an archive: Datasette, with pages and templates of ours."""
