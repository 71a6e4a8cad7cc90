"""One post shown to somebody outside the team, by a secret address that ends."""
