"""What people say about a post among themselves: on all of it or on a passage, answered and settled."""
