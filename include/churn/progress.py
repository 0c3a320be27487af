"""Lines on standard output that a person follows on the run's page."""

import time


def say(sentence: str) -> None:
    """Print a line with the time of day (UTC), at once."""
    print(f"{time.strftime('%H:%M:%S', time.gmtime())} {sentence}", flush=True)
