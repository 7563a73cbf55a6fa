"""What training and fitting need beyond prediction: listed, asked for, installed into Slicer's Python; never at import."""

from __future__ import annotations

import slicer.packaging
import slicer.util
from slicer.i18n import tr as _

PACKAGES = (
    "torch==2.13.0",
    "monai>=1.5",
    "safetensors>=0.5",
    "onnx>=1.17",
    "onnxscript>=0.5",
    "scikit-learn>=1.5",
    "optuna>=4.0",
    "pandas>=2.2",
)
"""As pyproject.toml lists them under the extra training; a test compares."""


def missing() -> tuple[str, ...]:
    """Those that this Slicer's Python lacks."""
    return tuple(one for one in PACKAGES if not slicer.packaging.pip_check(one))


def install() -> bool:
    """Ask once, then install; whether everything is there afterwards.

    Raises
    ------
    RuntimeError
        If the installation failed; Slicer has shown the log.
    """
    packages = missing()
    if not packages:
        return True
    size = _("torch takes 0.2 GB on Windows and macOS, and several GB with the libraries for NVIDIA cards on Linux.")
    question = "\n".join([_("Training and fitting need these Python packages:"), *packages, size, _("Install them now?")])
    if not slicer.util.confirmOkCancelDisplay(question, windowTitle=_("OPRadiomics: install packages")):
        return False
    try:
        slicer.packaging.pip_install(["--only-binary", ":all:", *packages], requester="OPRadiomics")
    except Exception as error:
        raise RuntimeError(str(error)) from error
    return not missing()
