"""Libraries come from elsewhere and go elsewhere, without being encoded again."""
