"""Statistics on arrays: counts in, arrays or frozen parameters out. Knows no customers and no frames."""
