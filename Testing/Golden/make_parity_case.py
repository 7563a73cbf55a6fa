"""Write Resources/Features/parity.json: PyRadiomics 3.0.1's values on the phantom of the native engine's self-test."""

import json

from OPRadiomicsLib.features.parity import ParityCase, parity_path
from OPRadiomicsLib.features.pyradiomics_engine import PyRadiomicsEngine
from OPRadiomicsLib.profile import load_profile


def main() -> None:
    """Needs PyRadiomics 3.0.1; the phantom is kept, so that only its values can change."""
    engine = PyRadiomicsEngine()
    case = ParityCase(
        reference=f"{engine.name} {engine.version}",
        shape_kji=(20, 46, 22),
        seed=20,
        margin=4,
        spacing_mm=(1.0, 1.0, 1.0),
        settings=load_profile("standard").features,
        values={},
        grey_levels={},
    )
    image, region = case.phantom()
    found = engine.compute(image, region, case.spacing_mm, case.settings)
    written = case.model_copy(update={"values": dict(found.values), "grey_levels": dict(found.grey_levels)})
    parity_path().write_text(json.dumps(written.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
