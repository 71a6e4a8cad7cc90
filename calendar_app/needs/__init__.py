"""What waits for a person: deliveries, missed posts and accounts that nothing but somebody can settle."""
