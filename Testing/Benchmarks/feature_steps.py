"""What each step of the built-in feature engine buys: seconds of stock PyRadiomics and of ours, part by part, in one thread.

    python Testing/Benchmarks/feature_steps.py [runs]

Three sequences of a simulated study, 386 features each; medians. Functions are timed from outside in both engines. Ours
counts all five texture matrices in one pass, so that these stand together; PyRadiomics makes each inside its family.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from features_vs_stock import one_itk_thread, ours, prepared_study, theirs

TEXTURE = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")
OURS = {
    "shape_features": "shape",
    "laplacian_of_gaussian": "Laplacian of Gaussian",
    "firstorder_features": "firstorder",
    "texture_matrices": "texture",
    **{f"{family}_features": "texture" for family in TEXTURE},
}


class Clocks:
    """Seconds by part."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def around(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a clock."""

        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[part] += time.perf_counter() - start

        return timed

    def around_each(self, part: str, generator: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """The generator with a clock that runs while it makes its next item."""

        def timed(*arguments: Any, **named: Any) -> Iterator[Any]:
            items = generator(*arguments, **named)
            step = self.around(part, lambda: next(items, None))
            while (item := step()) is not None:
                yield item

        return timed


def put_clocks_into_stock(clocks: Clocks) -> None:
    """PyRadiomics makes a family's matrix and its features in ``execute``, and crops and discretises in ``__init__``."""
    from radiomics import getFeatureClasses, imageoperations

    for name, family in getFeatureClasses().items():
        part = "texture" if name in TEXTURE else name
        for method in ("__init__", "execute"):
            setattr(family, method, clocks.around(part, getattr(family, method)))
    imageoperations.getLoGImage = clocks.around_each("Laplacian of Gaussian", imageoperations.getLoGImage)


def put_clocks_into_ours(clocks: Clocks) -> None:
    from OPRadiomicsLib.features.native import native_engine

    for name, part in OURS.items():
        setattr(native_engine, name, clocks.around(part, getattr(native_engine, name)))


def measure(runs: int) -> dict[str, tuple[float, float]]:
    """Median seconds of stock and ours, by part and in all."""
    prepared = prepared_study()
    ours(prepared)
    stock_clocks, our_clocks = Clocks(), Clocks()
    put_clocks_into_stock(stock_clocks)
    put_clocks_into_ours(our_clocks)
    found: list[dict[str, tuple[float, float]]] = []
    with one_itk_thread():
        for _ in range(runs):
            for clocks, engine in ((stock_clocks, theirs), (our_clocks, ours)):
                clocks.seconds.clear()
                clocks.around("all", engine)(prepared)
            parts = stock_clocks.seconds
            found.append({part: (seconds, our_clocks.seconds[part]) for part, seconds in parts.items()})
    return {
        part: (statistics.median(run[part][0] for run in found), statistics.median(run[part][1] for run in found))
        for part in found[0]
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=3)
    runs = parser.parse_args().runs
    print(f"| part (n = {runs}) | stock / s | ours / s | times faster | share of the saving |\n|---|---|---|---|---|")
    found = measure(runs)
    saved = found["all"][0] - found["all"][1]
    for part, (stock, mine) in sorted(found.items(), key=lambda item: item[1][0]):
        print(f"| {part} | {stock:.2f} | {mine:.2f} | {stock / mine:.1f} | {(stock - mine) / saved:.0%} |")


if __name__ == "__main__":
    main()
