"""From raw customers to features, labels and the customers held out for the gate."""
