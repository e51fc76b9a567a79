#!/usr/bin/env bash
# Makes artifacts/gpu/zooprune-gpu.tar.gz: one folder that checks and times ZooPrune on a machine with an NVIDIA GPU.
#   eng/gpu/bundle.sh                 here, with the .NET SDK
#   tar xzf zooprune-gpu.tar.gz       there, with NVIDIA's driver, CUDA and cuDNN, and nothing else
#   zooprune-gpu/run.sh               there; --help lists what it takes
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
folder="$root/artifacts/gpu/zooprune-gpu"

rm -rf "$root/artifacts/gpu"
mkdir -p "$folder"
echo "Publishing with ONNX Runtime for CUDA (a package of 540 MB) ..."
dotnet publish "$root/benchmarks/ZooPrune.Benchmarks" -c Release -r linux-x64 --self-contained -p:Gpu=true \
    --artifacts-path "$root/artifacts/gpu/build" -o "$folder/program" -v quiet --nologo
rm -f "$folder"/program/*.pdb "$folder"/program/*.xml "$folder"/program/libonnxruntime_providers_tensorrt.so
cp -r "$root/tests/ZooPrune.Onnx.Tests/Data/Families" "$folder/families"
cp "$root/eng/gpu/run.sh" "$folder/run.sh"
cp "$root/LICENSE" "$folder/"
chmod +x "$folder/run.sh" "$folder/program/ZooPrune.Benchmarks"
tar czf "$root/artifacts/gpu/zooprune-gpu.tar.gz" -C "$root/artifacts/gpu" zooprune-gpu
rm -rf "$root/artifacts/gpu/build"
du -h "$root/artifacts/gpu/zooprune-gpu.tar.gz"
