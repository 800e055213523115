"""What a report says: narrative and figures."""
