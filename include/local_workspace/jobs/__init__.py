"""Jobs and runs: what was asked for, how states move, and the backend that holds both."""
