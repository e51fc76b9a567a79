"""Checks that a run that is killed again and again ends with the same weights, bit for bit, as one that is left alone.

    python3 check_resume.py [--scale 0.01] [--kills 6]

Trains a very short run (all four stages) twice in temporary folders; the second is killed with SIGKILL at moments drawn from a
seed, and started again, until it is through. Prints both SHA-256 and exits with 1 if they differ.
"""
import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRAIN = Path(__file__).with_name("train.py")


def command(out, options):
    return [sys.executable, str(TRAIN), "--out", out, "--scale", str(options.scale), "--checkpoint-every", "2", "--seed", "7", "--device", options.device]


def digest(output):
    found = re.search(r"^weights ([0-9a-f]{64})$", output, re.MULTILINE)
    if not found:
        raise SystemExit(f"the run did not end with its weights' SHA-256:\n{output}")
    return found[1]


def undisturbed(options):
    with tempfile.TemporaryDirectory() as out:
        start = time.monotonic()
        result = subprocess.run(command(out, options), capture_output=True, text=True, check=True)
        return digest(result.stdout), time.monotonic() - start


def cut_off(options, seconds):
    """Kills the run `kills` times, at moments spread over the whole of it; returns its digest and where it was killed."""
    rng, moments = random.Random(options.seed), []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(options.kills):
            process = subprocess.Popen(command(out, options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=4 + rng.uniform(0, 2 * seconds / options.kills))
                break
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                moments.append(sorted(f.name for f in Path(out).iterdir()))
        result = subprocess.run(command(out, options), capture_output=True, text=True, check=True)
        return digest(result.stdout), moments


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.01, help="share of the steps (default 0.01)")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    expected, seconds = undisturbed(options)
    print(f"undisturbed   {expected} ({seconds:.0f} s)", flush=True)
    actual, moments = cut_off(options, seconds)
    for number, files in enumerate(moments, start=1):
        print(f"kill {number}: there were {', '.join(files) or 'no files'}")
    print(f"killed {len(moments)} times {actual}")
    if not moments:
        raise SystemExit("the run was through before it could be killed; use a larger --scale")
    if actual != expected:
        raise SystemExit("the weights differ")


if __name__ == "__main__":
    main()
