"""Retrieval measured with the product's own index: tasks, what each arm and each fusion find, intervals."""
