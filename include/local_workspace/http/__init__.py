"""What every handler shares: errors, authentication, reading of requests, forwarding to MLflow."""
