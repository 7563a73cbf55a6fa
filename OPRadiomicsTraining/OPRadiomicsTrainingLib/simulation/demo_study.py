"""The study that the extension ships (Resources/DemoStudy): three NRRD files and the patient, small enough for a clone.

`opradiomics simulate --demo-study --out FOLDER` makes it again, with the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from OPRadiomicsLib.geometry import to_sitk
from OPRadiomicsLib.io.volumes import save_image
from OPRadiomicsLib.json_files import write_json
from OPRadiomicsLib.types import Volume

from .anatomy import WIDE_VARIETY
from .study import SimulatedStudy


def write_demo_study(study: SimulatedStudy, folder: Path) -> None:
    """Write T1WI.nrrd, T2WI.nrrd, FS-T2WI.nrrd (uint16, compressed, in whole units as in DICOM) and demo.json.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    for role, volume in study.volumes.items():
        save_image(_stored(volume), folder / f"{role}.nrrd")
    write_json(_described(study), folder / "demo.json")


def _stored(volume: Volume) -> object:
    import SimpleITK as sitk

    units = np.clip(np.rint(volume.array), 0, np.iinfo(np.uint16).max).astype(np.uint16)
    image = sitk.GetImageFromArray(units)
    image.CopyInformation(to_sitk(volume))
    return image


def _described(study: SimulatedStudy) -> dict[str, object]:
    patient = study.patient
    return {
        "notice": "SIMULATED: computed images of no real patient",
        "made_by": f"opradiomics simulate --demo-study --seed {study.seed} {_asked(study)}--out FOLDER",
        "age": patient.age,
        "sex": "M" if patient.male else "F",
        "bmi": patient.bmi,
        "diabetes": patient.diabetes,
        "smoking": patient.smoking,
        "drinking": patient.drinking,
    }


def _asked(study: SimulatedStudy) -> str:
    """The command line's options that differ from its own defaults, with a space behind."""
    options = study.options
    words = {
        f"--centre {study.centre} ": study.centre != "A",
        f"--signal-strength {study.signal_strength:g} ": study.signal_strength != 1,
        f"--motion-mm {options.motion_sd_mm:g} ": options.motion_sd_mm > 0,
        f"--motion-deg {options.motion_sd_deg:g} ": options.motion_sd_deg > 0,
        "--rare ": options.variety == WIDE_VARIETY,
        "--stir ": options.short_tau,
    }
    return "".join(word for word, asked in words.items() if asked)
