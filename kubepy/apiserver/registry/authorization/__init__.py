"""What may be asked in the API group `authorization.k8s.io`: its resources are questions, which are not stored."""

from kubepy.apiserver.registry.authorization.subject_access_reviews import (
    validate_local_subject_access_review as validate_local_subject_access_review,
)
from kubepy.apiserver.registry.authorization.subject_access_reviews import (
    validate_self_subject_access_review as validate_self_subject_access_review,
)
from kubepy.apiserver.registry.authorization.subject_access_reviews import (
    validate_self_subject_rules_review as validate_self_subject_rules_review,
)
from kubepy.apiserver.registry.authorization.subject_access_reviews import (
    validate_subject_access_review as validate_subject_access_review,
)
