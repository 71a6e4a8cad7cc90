"""People, their sessions, teams and what each member may do."""
