"""What outcomes are made of and checked by: data files that people write, and what the web shows of them."""
