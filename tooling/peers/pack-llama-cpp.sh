#!/usr/bin/env bash
# Packs what llama-cpp-gpu-speed.mjs needs on a Linux machine without a network, and the model, in parts of a given size:
#   tooling/peers/pack-llama-cpp.sh OUT PART_MIB [MODEL.gguf]
# On the other machine, once all parts lie in one folder (they may come one by one): bash OUT/unpack.sh FOLDER
# leaves FOLDER/node_modules, for SIFT_PEERS=FOLDER, and FOLDER/MODEL.gguf. Needs npm, tar and xz here, tar and xz there.
set -euo pipefail
version=3.22.1
out=${1:?the folder to write to}
part=${2:?the greatest part, in MiB}
model=${3:-}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm install --prefix "$work" --no-save --ignore-scripts --no-audit --no-fund --omit=optional --force \
  "node-llama-cpp@$version" "@node-llama-cpp/linux-x64-vulkan@$version" "@node-llama-cpp/linux-x64-cuda@$version" >&2
modules=$work/node_modules
rm -rf "$modules/node-llama-cpp/llama/gitRelease.bundle" "$modules"/*/*.map
find "$modules" -name '*.d.ts' -delete
# One library of CPU operators for the tokens' first and last steps is enough: every 64-bit processor runs it.
find "$modules" -name 'libggml-cpu-*.so' ! -name 'libggml-cpu-x64.so' ! -name 'libggml-cpu-haswell.so' -delete

# The two libraries that are large go by themselves, so that either can be left behind.
pack() { # NAME PATHS…, relative to the work folder
  local name=$1
  shift
  tar -C "$work" -cf - "$@" | xz -T0 -6 | split -b "${part}M" -d -a 2 - "$out/$name.tar.xz."
}
pack cuda node_modules/@node-llama-cpp/linux-x64-cuda
pack vulkan node_modules/@node-llama-cpp/linux-x64-vulkan
rm -rf "$modules/@node-llama-cpp"
pack node node_modules
if [ -n "$model" ]; then split -b "${part}M" -d -a 2 "$model" "$out/$(basename "$model").part."; fi

cat >"$out/unpack.sh" <<'EOF'
#!/usr/bin/env bash
# bash unpack.sh FOLDER: unpacks the parts beside this file into FOLDER, those that are there.
set -euo pipefail
parts=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
for name in node vulkan cuda; do
  if [ -e "$parts/$name.tar.xz.00" ]; then cat "$parts/$name.tar.xz."?? | xz -dc -T0 | tar -C "$1" -xf -; fi
done
for first in "$parts"/*.part.00; do
  if [ -e "$first" ]; then cat "${first%00}"?? >"$1/$(basename "${first%.part.00}")"; fi
done
echo '{ "private": true }' >"$1/package.json"
EOF
ls -l "$out" | awk 'NR > 1 { printf "%6.1f MiB  %s\n", $5 / 1048576, $9 }'
