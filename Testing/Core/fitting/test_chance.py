"""A model that chance has turned round is named, when it is fitted and with every prediction."""

import pytest
from OPRadiomicsLib.profile import load_profile
from OPRadiomicsTrainingLib.fitting.fit import fit_signature
from OPRadiomicsTrainingLib.fitting.settings import FitSettings, SelectionSettings
from OPRadiomicsTrainingLib.statistics.roc import auc

SETTINGS = FitSettings(SelectionSettings(lasso_folds=4, folds=3), tune=0, clinical=("age", "sex"), demo=True)


@pytest.mark.parametrize(("seed", "turned"), [(22, ["radiomics", "combined"]), (5, [])])
def test_a_model_that_gives_its_own_ill_the_lower_probabilities_is_named(simulate_cohort, seed, turned):
    """Without signal, out-of-fold Radscores lean against the class; on a patient the model then says the opposite."""
    noise = simulate_cohort(seed, patients=40, signal=0.0)
    result = fit_signature(noise, load_profile("standard"), SETTINGS)
    notes = [note for note in result.notes if "lower probabilities" in note]
    assert [note.split()[0] for note in notes] == turned
    warned = [name for name, model in result.signature.models.present() if any("Do not use" in said for said in model.cautions)]
    assert warned == turned
    assert [name for name in ("radiomics", "combined") if auc(result.apparent[name], result.ill) < 0.5] == turned
