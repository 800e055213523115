"""What people touch: components, and the apps composed of them."""
