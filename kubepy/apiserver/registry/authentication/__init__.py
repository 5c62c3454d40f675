"""What may be asked in the API group `authentication.k8s.io`: its resources are questions, which are not stored."""
