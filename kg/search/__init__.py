"""Finding lessons: words, meaning, and why."""
