"""What produces the numbers in docs/performance.md: `make bench`, or `python -m benchmarks`. Not tests."""
