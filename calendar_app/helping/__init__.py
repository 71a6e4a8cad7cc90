"""Finding one's way: the first steps of a new team, the search over everything, the pages of help."""
