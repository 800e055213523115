"""What moves: files into the graph, notebooks into reports."""
