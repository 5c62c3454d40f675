"""What may be asked in the API group `authentication.k8s.io`: its resources are questions, which are not stored."""

from kubepy.apiserver.registry.authentication.token_reviews import default_token_request as default_token_request
from kubepy.apiserver.registry.authentication.token_reviews import validate_token_request as validate_token_request
from kubepy.apiserver.registry.authentication.token_reviews import validate_token_review as validate_token_review
