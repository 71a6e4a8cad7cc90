"""A demo organisation: the made-up municipality of Fjordvik, its streams, its plan and its past weeks."""
