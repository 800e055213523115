"""What outcomes are watched by: data files that an organisation edits."""
