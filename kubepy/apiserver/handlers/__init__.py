"""What answers requests: one verb a file. `resources.dispatch` says which handler gets a request."""
