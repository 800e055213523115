"""What a new project may expect: outcome types with an honest chance, precedents and practices."""
