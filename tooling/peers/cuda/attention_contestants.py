#!/usr/bin/env python3
"""Decode attention on an NVIDIA GPU: cuDNN, FlashAttention, exact top-k in PyTorch, and a sift of our own in Triton.

    python attention_contestants.py --out cuda.json --budget-seconds 150
    python attention_contestants.py --check

README.md beside this says what each contestant is. Needs torch and triton.
"""

import argparse
import json
import os
import sys
import time
from math import inf
from pathlib import Path

from decode_cases import BATCHES, CONTEXTS, FRACTIONS, SHAPES, ordered_cases
from time_budgets import CompileBudget, Deadline

KERNELS = (
    "cudnn-full",
    "flash-full",
    "triton-full",
    "triton-scores",
    "triton-sift",
    "read-keys",
    "read-keys-values",
    "copy-keys",
    "torch-top-k",
    "torch-top-k-compiled",
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="small sizes against float64; exits 1 when wrong")
    parser.add_argument("--out", type=Path, help="the JSON file, rewritten after each case; standard output without it")
    parser.add_argument("--budget-seconds", type=float, help="150 without --check; ends with the contestant in hand")
    parser.add_argument("--compile-seconds", type=float, default=60, help="for torch.compile in all; 0 leaves it out")
    names = [shape.name for shape in SHAPES]
    parser.add_argument("--shapes", nargs="+", choices=names, default=names)
    parser.add_argument("--batches", nargs="+", type=int, default=BATCHES)
    parser.add_argument("--contexts", nargs="+", type=int, default=CONTEXTS)
    parser.add_argument("--fractions", nargs="+", type=float, default=FRACTIONS, help="union kept, 0 to 1")
    parser.add_argument("--kernels", nargs="+", choices=KERNELS, default=KERNELS)
    return parser.parse_args()


def main() -> int:
    options = arguments()
    deadline = Deadline(options.budget_seconds or (inf if options.check else 150))
    import torch  # several seconds, not before --help

    if options.check:
        if not torch.cuda.is_available():
            os.environ["TRITON_INTERPRET"] = "1"
        from check_contestants import check  # imports triton, which reads the variable

        return 1 if check(deadline) else 0
    if not torch.cuda.is_available():
        print("attention_contestants: expected an NVIDIA GPU, got none; --check runs without", file=sys.stderr)
        return 2
    return measure(options, deadline)


def measure(options, deadline: Deadline) -> int:
    from case_rows import Report, measure_case
    from run_environment import describe_run

    report, environment = Report(), describe_run()
    compiling = CompileBudget(options.compile_seconds)
    kernels = [name for name in options.kernels if options.compile_seconds > 0 or "compiled" not in name]
    for case in ordered_cases(options.shapes, options.batches, options.contexts):
        if deadline.left <= 0:
            report.skipped.append(str(case))
            continue
        start = time.monotonic()
        try:
            measure_case(case, tuple(options.fractions), kernels, report, deadline, compiling)
        except RuntimeError as failure:
            report.failures.append({"case": str(case), "error": str(failure)[:300]})
        print(f"{case}: {time.monotonic() - start:.1f} s, {deadline.left:.0f} s left", file=sys.stderr)
        write(options.out, environment, report)
    write(options.out, environment, report)
    if options.out is None:
        print(as_json(environment, report))
    return 1 if any("WrongResult" in failure["error"] for failure in report.failures) else 0


def write(out: Path | None, environment: dict, report) -> None:
    if out is not None:
        out.write_text(as_json(environment, report))


def as_json(environment: dict, report) -> str:
    """One row a line."""
    lists = {"rows": report.rows, "failures": report.failures, "skipped": report.skipped}
    parts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in environment.items()]
    for name, entries in lists.items():
        lines = ",\n".join(json.dumps(entry) for entry in entries)
        parts.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
