"""Dice and cross-entropy where each case labels only some of the classes.

MONAI's losses take one label set for all cases; here the background of a case stands for everything that it doesn't label, so
the probabilities of those classes are added up first (marginal loss: Shi et al., Med Image Anal 2021).
"""

from __future__ import annotations

import torch
from torch import Tensor

_SACRUM = 2


def marginal_probabilities(probability: Tensor, labelled: Tensor) -> Tensor:
    """Add the classes that a case doesn't label to its background.

    Parameters
    ----------
    probability
        (n, classes, rows, columns), adding up to 1.
    labelled
        bool, (n, classes); the first is background.
    """
    known = labelled.to(probability.dtype)[:, :, None, None]
    foreground = probability[:, 1:] * known[:, 1:]
    return torch.cat([1 - foreground.sum(1, keepdim=True), foreground], dim=1)


def partial_label_loss(logits: Tensor, target: Tensor, weight: Tensor, labelled: Tensor, seed: Tensor) -> Tensor:
    """Cross-entropy plus soft Dice over the classes that each case labels.

    Parameters
    ----------
    logits, target
        (n, 5, rows, columns); target holds shares that add up to 1.
    weight, seed
        (n, rows, columns): the voxel's weight, and where it is known to be sacrum in a case that labels none.
    labelled
        bool, (n, 5).
    """
    probability = torch.softmax(logits.float(), dim=1)
    marginal = marginal_probabilities(probability, labelled)
    surprise = -(target * torch.log(marginal.clamp_min(1e-6))).sum(dim=1)
    plain = weight * (1 - seed)
    entropy = (plain * surprise).sum() / plain.sum().clamp_min(1)
    sacrum = -(seed * torch.log(probability[:, _SACRUM].clamp_min(1e-6))).sum() / seed.sum().clamp_min(200)
    return entropy + _dice_loss(marginal, target, weight, labelled) + 0.3 * sacrum


def _dice_loss(probability: Tensor, target: Tensor, weight: Tensor, labelled: Tensor) -> Tensor:
    """One minus the soft Dice of each labelled class over the batch, averaged over the classes."""
    voxels = weight[:, None] * labelled[:, :, None, None]
    overlap = (voxels * probability * target).sum(dim=(0, 2, 3))[1:]
    total = (voxels * (probability + target)).sum(dim=(0, 2, 3))[1:]
    present = (voxels * target).sum(dim=(0, 2, 3))[1:] > 50
    dice = (2 * overlap + 1) / (total + 1)
    return 1 - dice[present].mean() if bool(present.any()) else probability.sum() * 0
