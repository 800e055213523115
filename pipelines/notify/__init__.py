"""What goes out to people: words of messages, and later the channels that carry them."""
