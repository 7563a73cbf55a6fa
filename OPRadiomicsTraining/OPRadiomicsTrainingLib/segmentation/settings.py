"""What a run of training is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """One run. An epoch is ``batches_per_epoch`` batches; the learning rate falls as a cosine to the last epoch.

    ``simulated_share``: share of the samples drawn from simulated cases, where there are any.
    ``bf16``: mixed precision; worth it on a GPU, slower on CPUs without bfloat16 arithmetic.
    """

    epochs: int = 100
    batches_per_epoch: int = 50
    batch_size: int = 8
    learning_rate: float = 2e-3
    seed: int = 1
    simulated_share: float = 0.35
    validation_share: float = 0.1
    validate_every: int = 5
    device: str = "cpu"
    bf16: bool = False
