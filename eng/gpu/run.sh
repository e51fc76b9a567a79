#!/usr/bin/env bash
# Checks every family's answers on a GPU against the CPU, counts what comes to the host, and times choosing and whole answers.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
if [[ "${1:-}" == --help || "${1:-}" == -h ]]; then
    cat <<'TEXT'
Usage: run.sh [DEVICE] [--tiny] [--layers N]

  DEVICE       cuda (the default), cuda:1, or cpu
  --tiny       a model that takes seconds, to see that all works
  --layers N   so many layers of LLaVA-NeXT-7B instead of 32 (all: 14 GB of disk and 30 GB of GPU memory)

Writes result.json beside itself. Needs NVIDIA's driver, CUDA and cuDNN of the versions that ONNX Runtime 1.31 names.
Exit codes: 0 done, 1 an answer was wrong or the device cannot be used, 2 wrong usage.
TEXT
    exit 0
fi

device=cuda
if [[ $# -gt 0 && "$1" != -* ]]; then
    device="$1"
    shift
fi

# ONNX Runtime writes and sends nothing.
export ORT_DISABLE_TELEMETRY=1
exec "$here/program/ZooPrune.Benchmarks" --device "$device" --families "$here/families" --json "$here/result.json" "$@"
