"""What assistants may ask, over the Model Context Protocol: search, advice, single lessons."""
