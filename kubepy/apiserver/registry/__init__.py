"""What is special about each kind, by group: one package a group, one module a kind."""
