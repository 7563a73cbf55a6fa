"""Training on several processes, of one machine or of several, as `torchrun` starts them.

Each process learns its share of a batch; gradients and the statistics of batch normalisation are averaged, so all hold the same
weights. Only the first one (rank 0) prepares cases, measures and writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from OPRadiomicsLib.errors import StudyError

if TYPE_CHECKING:
    from torch import Tensor, nn


LONGEST_WAIT: Final = timedelta(days=1)
"""For the first process, which simulates and measures alone; `torchrun` ends the others where it has died."""


@dataclass(frozen=True)
class Group:
    """The processes that train together: this one's rank, and how many there are."""

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether files and messages are this process's task."""
        return self.rank == 0

    def places(self, batch_size: int) -> range:
        """This process's places in a batch.

        Raises
        ------
        StudyError
            If a batch cannot be shared evenly.
        """
        if batch_size % self.size:
            raise StudyError(
                f"Batches of {batch_size} samples on {self.size} processes",
                "a number of processes that divides the batch",
                "start another number of processes",
            )
        return range(self.rank, batch_size, self.size)

    def wait(self) -> None:
        """Until every process has come here."""
        if self.size > 1:
            from torch import distributed

            distributed.barrier()

    def average_gradients(self, network: nn.Module) -> None:
        """Replace each gradient by its mean over the processes."""
        self._average([p.grad for p in network.parameters() if p.grad is not None])

    def average_statistics(self, network: nn.Module) -> None:
        """The same for the running means and variances of batch normalisation."""
        self._average([b for b in network.buffers() if b.is_floating_point()])

    def _average(self, tensors: list[Tensor]) -> None:
        if self.size == 1:
            return
        from torch import cat, distributed, split

        flat = cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        means = split(flat / self.size, [tensor.numel() for tensor in tensors])
        for tensor, mean in zip(tensors, means, strict=True):
            tensor.copy_(mean.view_as(tensor))


@contextmanager
def joined(device: str) -> Iterator[Group]:
    """The group that `torchrun` names in WORLD_SIZE, RANK and LOCAL_RANK; a group of one without it."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group()
        return
    from torch import cuda, distributed

    if device.startswith("cuda"):
        cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo", timeout=LONGEST_WAIT)
    try:
        yield Group(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()
