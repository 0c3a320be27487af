"""From a laptop or a release to a workspace: the wheel built, uploaded once for each version, and its jobs run."""
