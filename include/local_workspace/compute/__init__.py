"""The compute that a workspace lists, as data. Runs execute on this machine, whatever they ask for."""
