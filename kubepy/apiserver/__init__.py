"""The API server: the Kubernetes wire format over HTTPS on top of `kubepy.storage`."""
