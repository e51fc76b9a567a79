#!/usr/bin/env bash
# Builds, tests, measures, packs and demonstrates ZooPrune. See ./build.sh --help. build.ps1 has the same commands.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
logs="$root/artifacts/log"
packages="$root/artifacts/package/release"

help() {
    cat <<'TEXT'
Usage: ./build.sh COMMAND [options] [-- arguments of the program]

Commands
  demo           builds and lets a small vision-language model answer questions about images, with all visual tokens and with few
  test [--fast]  builds everything and runs every test; the last line is "N passed, N failed"
                 --fast leaves out the tests marked as slow
  bench          builds and runs the benchmarks
  eval           measures what pruning costs over a file of questions: accuracy, agreement, times; tables, JSON and a chart
  pack           makes the NuGet packages of src/ in artifacts/package/release

What stands after -- goes to the program; "./build.sh demo -- --help" lists what it takes, and so do bench and eval. Examples:
  ./build.sh demo -- --image picture.png --question "What color is the circle?" --keep 32
  ./build.sh bench -- --quick
  ./build.sh eval -- --limit 200 --markdown results.md

test runs the kernel tests three times: as the machine is, without AVX2, and without any hardware intrinsics. Tests of the web page
need Chromium or Chrome on the PATH and are skipped without; their screenshots are in artifacts/screenshots.
Needs the .NET 10 SDK. Logs are in artifacts/log. Exit codes: 0 done, 1 failed, 2 wrong usage.
TEXT
}

usage_error() {
    echo "build.sh: $1 See ./build.sh --help." >&2
    exit 2
}

fail() {
    echo "build.sh: $1" >&2
    exit 1
}

# run_logged LABEL LOG COMMAND...: runs it with its output in LOG, showing that time passes. Returns its exit code.
run_logged() {
    local label="$1" log="$2" started=$SECONDS shown=0 code=0
    shift 2
    mkdir -p "$logs"
    echo "$label ..."
    "$@" > "$log" 2>&1 < /dev/null &
    local job=$!
    trap 'kill "$job" 2> /dev/null; exit 130' INT TERM
    while kill -0 "$job" 2> /dev/null; do
        sleep 0.2
        if [[ -t 1 && $((SECONDS - started)) -gt $shown ]]; then
            shown=$((SECONDS - started))
            printf '\r  %d s' "$shown"
        elif [[ ! -t 1 && $((SECONDS - started)) -ge $((shown + 30)) ]]; then
            shown=$((SECONDS - started))
            echo "  $label: $shown s so far"
        fi
    done
    wait "$job" || code=$?
    trap - INT TERM
    [[ -t 1 ]] && printf '\r'
    echo "  $((SECONDS - started)) s"
    return "$code"
}

# dotnet_quietly VERB PROJECT: a Release build or pack, with the log shown if it fails.
dotnet_quietly() {
    local log="$logs/$1-$(basename "$2").log"
    run_logged "Running dotnet $1 $2" "$log" dotnet "$1" "$root/$2" -c Release -v quiet --nologo -clp:NoSummary || {
        cat "$log" >&2
        fail "dotnet $1 $2 failed, see above. The log is artifacts/log/$(basename "$log")."
    }
}

program() {
    echo "$root/artifacts/bin/$1/release/$1.dll"
}

demo() {
    local here="$root/" defaults=() given=" $* "
    [[ $PWD == "$root" ]] && here=""
    dotnet_quietly build samples/AskAboutImages
    [[ $given =~ \ --model[\ =] ]] || defaults+=(--model "${here}models/shapes-vlm")
    [[ $given =~ \ --overlays[\ =] ]] || defaults+=(--overlays "${here}artifacts/overlays")
    [[ $given =~ \ --(image|images|questions|limit)[\ =] ]] || defaults+=(--limit 24)
    dotnet "$(program AskAboutImages)" "${defaults[@]}" "$@"
}

run_program() {
    dotnet_quietly build "$1"
    dotnet "$(program "$(basename "$1")")" "${@:2}"
}

pack() {
    rm -rf "$packages"
    dotnet_quietly pack src/ZooPrune.slnf
    ls "$packages"
}

passed=0
failed=0
skipped=0

# start_tests LABEL COMMAND...: runs tests in the background, two at a time, with their output in a log.
start_tests() {
    local label="$1" log="$logs/test-$1.log" begun
    shift
    while [[ $(jobs -rp | wc -l) -ge 2 ]]; do
        wait -n || true
    done
    echo "Testing $label ..."
    begun=$SECONDS
    { "$@" > "$log" 2>&1 < /dev/null && echo "exit code 0" >> "$log"; echo "  $label took $((SECONDS - begun)) s"; } &
    started+=("$label")
}

# count_tests LABEL: adds what the last summary in its log counts.
count_tests() {
    local log="$logs/test-$1.log" found=false line now_passed=0 now_failed=0 now_skipped=0
    while read -r line; do
        if [[ $line =~ Failed:\ *([0-9]+),\ Passed:\ *([0-9]+),\ Skipped:\ *([0-9]+) ]]; then
            found=true now_failed=${BASH_REMATCH[1]} now_passed=${BASH_REMATCH[2]} now_skipped=${BASH_REMATCH[3]}
        elif [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
            found=true now_passed=${BASH_REMATCH[1]} now_failed=${BASH_REMATCH[2]}
        fi
    done < "$log"
    grep -q '^No test matches' "$log" && [[ -n $filter ]] && found=true # All of the project's tests are slow.
    # The run itself broke off, or there was nothing to run.
    [[ $now_failed -eq 0 && ($found == false || "$(tail -n 1 "$log")" != "exit code 0") ]] && now_failed=1
    [[ $now_failed -eq 0 ]] || cat "$log" >&2
    passed=$((passed + now_passed)) failed=$((failed + now_failed)) skipped=$((skipped + now_skipped))
    echo "$1: $now_passed passed, $now_failed failed, $now_skipped skipped"
}

run_all_tests() {
    local project label started=() begun=$SECONDS
    dotnet_quietly build ZooPrune.slnx
    trap 'kill $(jobs -rp) 2> /dev/null; exit 130' INT TERM
    test_project() {
        start_tests "$1" env "${@:3}" dotnet test "$(program "$2")" --logger "console;verbosity=minimal" ${filter:+--filter "$filter"}
    }
    for project in ZooPrune.Onnx ZooPrune.Text ZooPrune.Cli; do # The longest first.
        test_project "$project.Tests" "$project.Tests"
    done
    test_project ZooPrune.Kernels.Tests-without-AVX2 ZooPrune.Kernels.Tests DOTNET_EnableAVX2=0
    test_project ZooPrune.Kernels.Tests-without-intrinsics ZooPrune.Kernels.Tests DOTNET_EnableHWIntrinsic=0
    for project in "$root"/tests/*/*.csproj; do
        project="$(basename "$project" .csproj)"
        [[ " ${started[*]} " == *" $project "* ]] || test_project "$project" "$project"
    done
    start_tests build.sh "$root/tests/build.sh.tests"
    wait
    trap - INT TERM
    echo "All tests in $((SECONDS - begun)) s"
    for label in "${started[@]}"; do
        count_tests "$label"
    done
    echo "$passed passed, $failed failed$([[ $skipped -eq 0 ]] || echo ", $skipped skipped")"
    [[ $failed -eq 0 ]]
}

main() {
    local command="${1:-}"
    filter=""
    case "$command" in
        demo | test | bench | eval | pack) shift ;;
        --help | -h) help; exit 0 ;;
        "") usage_error "no command was given. Needs demo, test, bench, eval or pack." ;;
        *) usage_error "'$command' is not a command. Needs demo, test, bench, eval or pack." ;;
    esac
    while [[ $# -gt 0 ]]; do
        case "$1" in
            --help | -h) help; exit 0 ;;
            --fast) [[ $command == test ]] || usage_error "$command got --fast, which belongs to test."; filter="Speed!=Slow"; shift ;;
            --) shift; break ;;
            *) usage_error "$command got '$1', which it does not know. Arguments of the program go after --." ;;
        esac
    done
    [[ $# -eq 0 || $command == demo || $command == bench || $command == eval ]] \
        || usage_error "$command got '$1' after --. Needs nothing there, because it starts no program."

    local version
    command -v dotnet > /dev/null || fail "'dotnet' is not on the PATH. Needs the .NET 10 SDK. Install it and run this again."
    version="$(cd "$root" && dotnet --version 2> /dev/null || echo none)"
    [[ ${version%%.*} =~ ^[0-9]+$ && ${version%%.*} -ge 10 ]] \
        || fail "the .NET SDK found is version $version. Needs 10 or later. Install it and run this again."

    case "$command" in
        demo) demo "$@" ;;
        test) run_all_tests ;;
        bench) run_program benchmarks/ZooPrune.Benchmarks "$@" ;;
        eval) run_program samples/EvaluatePruning "$@" ;;
        pack) pack ;;
    esac
}

main "$@"
