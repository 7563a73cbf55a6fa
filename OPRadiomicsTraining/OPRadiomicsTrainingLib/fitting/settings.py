"""Everything that a fit can be asked for, in one frozen record that goes into the result."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from OPRadiomicsLib.errors import StudyError

Protocol = Literal["nested", "paper"]
TTest = Literal["welch", "student"]
Family = Literal["gaussian", "logistic"]
LambdaRule = Literal["min", "1se"]
Classifier = Literal["random-forest", "svm", "gradient-boosting"]
Searched = Literal["p_limit", "rule", "l2"]

SEARCHED: Final[tuple[Searched, ...]] = ("p_limit", "rule", "l2")
"""What Bayesian optimisation may choose."""

CLASSIFIERS: Final[tuple[Classifier, ...]] = ("random-forest", "svm", "gradient-boosting")

P_LIMITS: Final = (0.001, 0.01, 0.05)
"""Limits of the t test that Bayesian optimisation may choose among; the study's is 0.05."""

L2_RANGE: Final = (1e-3, 1e2)
"""Range of the second stage's ridge penalty, searched on a log scale; 0 is plain maximum likelihood."""


@dataclass(frozen=True)
class SelectionSettings:
    """How one Radscore is selected and fitted.

    ``p_limit`` of the t test (``t_test`` Welch's or Student's; ``fdr``: the limit holds for Benjamini and Hochberg's adjusted
    P), ``lasso`` family and ``rule`` for its penalty over ``lasso_folds`` folds; ``folds`` of the out-of-fold stages.
    """

    p_limit: float = 0.05
    lasso_folds: int = 10
    folds: int = 5
    t_test: TTest = "welch"
    fdr: bool = False
    lasso: Family = "gaussian"
    rule: LambdaRule = "min"

    def __post_init__(self) -> None:
        if not 0.0 < self.p_limit <= 1.0:
            raise StudyError(f"P limit {self.p_limit:g}", "above 0 and up to 1", "the study's is 0.05")
        for name, count in (("folds", self.folds), ("LASSO folds", self.lasso_folds)):
            if count < 2:
                raise StudyError(f"{count} {name}", "at least 2", "the study's are 5 and, for LASSO, 10")


@dataclass(frozen=True)
class FitSettings:
    """What `fit_signature` shall do.

    Parameters
    ----------
    protocol
        "nested": Radscores that enter the second stage are out of fold, thresholds and performance come from predictions of
        folds in which everything was fitted anew. "paper": selection once on all training rows, second stage on the same
        rows' Radscores, as the study; optimistic on its own patients.
    l2
        Ridge penalty of the second stage on standardised predictors (sum of squares times l2 / 2); 0: none.
    tune
        Trials of Bayesian optimisation over the P limit, the rule for LASSO's penalty and ``l2``; 0: none.
    fixed
        What of these the optimisation leaves as it is given.
    threshold
        None: Youden's on the training patients' predictions; or a probability.
    classes
        3 adds an ordinal model of normal, osteopenia and osteoporosis, for which the table must hold BMD.
    clinical
        None: univariable P < ``clinical_p`` chooses; or the clinical predictors by name.
    optimism
        Bootstrap samples in which the whole procedure is fitted again, to correct apparent measures for it; 0: none.
    combat
        Harmonise features between centres before anything else.
    demo
        The patients are simulated: marks the signature.
    """

    selection: SelectionSettings = SelectionSettings()
    protocol: Protocol = "nested"
    l2: float = 0.0
    tune: int = 20
    fixed: tuple[Searched, ...] = ()
    seed: int = 1
    threshold: float | None = None
    classes: Literal[2, 3] = 2
    compare: tuple[Classifier, ...] = ()
    clinical: tuple[str, ...] | None = None
    clinical_p: float = 0.05
    optimism: int = 0
    combat: bool = False
    name: str = "signature"
    demo: bool = False

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0.0 < self.threshold < 1.0:
            raise StudyError(f"Threshold {self.threshold:g}", "a probability between 0 and 1", "give one, or youden")
        if self.optimism < 0:
            raise StudyError(f"{self.optimism} bootstrap samples", "no negative number", "0 turns it off; 200 are usual")
        if self.tune < 0 or not 0.0 <= self.l2 < math.inf:
            raise StudyError(f"{self.tune} trials, l2 {self.l2:g}", "numbers from 0 on", "0 turns either off")
        if self.tune and not self.searched:
            raise StudyError(
                f"{self.tune} trials (--tune), and nothing to search: {', '.join(self.fixed)} are given",
                "something to search",
                "leave --tune out, or one of the values",
            )

    @property
    def searched(self) -> tuple[Searched, ...]:
        """What ``tune`` trials search: in protocol paper, whose selection is the study's, ``l2`` at most."""
        free: tuple[Searched, ...] = ("l2",) if self.protocol == "paper" else SEARCHED
        return tuple(name for name in free if name not in self.fixed)

    def as_dict(self) -> dict[str, Any]:
        """For reports and fit.json."""
        return asdict(self)
