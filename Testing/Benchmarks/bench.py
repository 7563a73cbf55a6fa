"""`make bench`: every ratio in one run, as a table and as build/bench.json ({name: {ratio, n, min, max, ...}})."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path

NAMES = (
    "inference_vs_eager",
    "inference_vs_nnunet",
    "int8_vs_fp32",
    "batch_vs_whole_stack",
    "bias_field_vs_full",
    "features_vs_stock",
    "predict_vs_plain",
    "warm_vs_cold",
    "icc_vs_pingouin",
    "lasso_vs_sklearn",
)
OUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def main() -> None:
    """Run the benchmarks named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], help="which (default: all)")
    names = parser.parse_args().names or NAMES
    found = {}
    print(f"{'name':<20} {'times faster':>12} {'min':>7} {'max':>7} {'n':>3} {'baseline / s':>13} {'ours / s':>9}")
    for name in names:
        ratio = import_module(name).measure()
        found[name] = ratio.as_dict()
        print(
            f"{name:<20} {ratio.ratio:12.1f} {ratio.min:7.1f} {ratio.max:7.1f} {ratio.n:3d} "
            f"{ratio.baseline_s:13.2f} {ratio.ours_s:9.2f}",
            flush=True,
        )
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"Written to {OUT}")


if __name__ == "__main__":
    main()
