"""Random draws that are not part of the ordinary suite: each run draws others.

It prints the seed that brings the same run back. Workbooks are planned and compared with the
reference, slips are made in drawn workbooks, and the property tests draw other examples. Last, the
tests that try a sample of many in the ordinary suite (``tests.conftest.sample``) try all:

    python -m tests.random_draws
    python -m tests.random_draws --seed 12345 --workbooks 500
"""

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
PROPERTIES = ("tests/test_properties.py", "tests/test_tracing.py", "tests/test_stochastic.py")
SAMPLED = sorted(
    f"tests/{path.name}"
    for path in TESTS.glob("test_*.py")
    if "sample(" in path.read_text("utf-8") and f"tests/{path.name}" not in PROPERTIES
)
"""Tests that go through a sample of what they could in the ordinary suite."""


def runs(seed, workbooks):
    """The commands of one seed."""
    first = random.Random(seed).randrange(10**6)
    many = f"{first}:{first + workbooks}"
    few = f"{first}:{first + max(workbooks // 5, 1)}"
    python = (sys.executable, "-m")
    yield *python, "tests.oracle.compare", "--features", "core", "--seeds", many
    yield *python, "tests.oracle.compare", "--features", "all", "--seeds", few
    yield *python, "tests.slips", "--seed", str(seed), "--count", str(workbooks)
    profile = ("--hypothesis-profile=random", f"--hypothesis-seed={seed}")
    yield *python, "pytest", *profile, *PROPERTIES
    yield *python, "pytest", "-n", "2", *SAMPLED


def main():
    """Run all of them; the exit code is 0 if none fails."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("--seed", type=int, default=None, help="of a run that is to come again")
    words.add_argument("--workbooks", type=int, default=100)
    asked = words.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    print(f"seed {seed}", flush=True)
    failed = []
    for command in runs(seed, asked.workbooks):
        print("$", *command[1:], flush=True)
        environment = {**os.environ, "THOROUGH": "1"}
        if subprocess.run(command, env=environment, check=False).returncode:
            failed.append(" ".join(command[1:]))
    print(f"seed {seed}: " + (f"failed: {'; '.join(failed)}" if failed else "all passed"))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
