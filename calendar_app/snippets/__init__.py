"""What a team writes again and again: templates that posts begin with, and snippets put into a text."""
