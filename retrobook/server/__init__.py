"""The server: one process, one port, one sign-in."""
