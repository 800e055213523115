"""Apps: components put together for one job."""
