"""The calendar: month, week and list of what is planned."""
