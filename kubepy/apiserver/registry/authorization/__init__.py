"""What may be asked in the API group `authorization.k8s.io`: its resources are questions, which are not stored."""
