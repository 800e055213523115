"""The board of a retrospective in use: what is on it, what people may do to it, what each of them sees."""
