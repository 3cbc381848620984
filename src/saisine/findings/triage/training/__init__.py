"""Training of the shipped model, from the shared data and our own sentences; nothing here runs at scoring."""
