"""How PATCH bodies turn one object into another: JSON patch, JSON merge patch, strategic merge patch.

Pure functions from a document and a patch to a new document. The input is never changed, and parts of it
that the patch doesn't touch are shared with the result. The fourth kind of patch is `kubepy.api.apply`.
"""

from __future__ import annotations

from kubepy.api.patch.json_patch import apply_json_patch
from kubepy.api.patch.merge_patch import apply_merge_patch
from kubepy.api.patch.strategic import apply_strategic_merge_patch

__all__ = ["apply_json_patch", "apply_merge_patch", "apply_strategic_merge_patch"]
