"""What surrounds the gate on the cluster: seeing what it decides on, and recording what it decided."""
