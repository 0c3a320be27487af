"""Pages for people: the list of runs, a page per run, the login."""
