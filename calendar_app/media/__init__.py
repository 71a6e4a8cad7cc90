"""Pictures: taken in with suspicion, kept by content, made to fit each place, shown with the words for them."""
