"""What training and fitting need beyond prediction: listed, asked for, installed into Slicer's Python; never at import."""

from __future__ import annotations

from OPRadiomicsLib.gui import installation
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
    "threadpoolctl>=3.5",
    "tflite>=2.18",
)
"""As pyproject.toml lists them under the extra training; a test compares."""


def install() -> bool:
    """Ask once, then install, from the folder of wheels where one is set; whether everything is there afterwards.

    Raises
    ------
    RuntimeError
        If the installation failed; Slicer has shown the log.
    """
    packages = installation.unsatisfied(PACKAGES)
    return not packages or installation.installOnceAsked(packages, _question(packages))


def _question(packages: tuple[str, ...]) -> str:
    heading = _("Training and fitting need these Python packages, from {where}:").format(where=installation.whereFrom())
    size = _("torch takes 0.2 GB on Windows and macOS, and several GB with the libraries for NVIDIA cards on Linux.")
    return "\n".join([heading, *packages, size, _("Install them now?")])
