"""Channel `email`: a post as a mail to each address of a list."""
