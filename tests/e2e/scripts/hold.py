"""Holds a slot until the run is cancelled."""

import threading

threading.Event().wait()
