"""What a post said before: kept with every save that matters, compared, brought back."""
