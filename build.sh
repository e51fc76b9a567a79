#!/usr/bin/env bash
# Builds, tests, measures, packs and demonstrates ZooPrune. See ./build.sh --help.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
log_folder="$root/artifacts/log"
feed_file="$root/artifacts/feed-mode.txt"

# What the feed allows, in the order of preference: the name of a variant, its switches, and how it is described.
variants=(package-full package-npm standin)

switches_of() {
    case "$1" in
        package-full) echo "-p:MLNet=Package" ;;
        package-npm) echo "-p:MLNet=Package -p:OnnxRuntimePackage=Microsoft.ML.OnnxRuntime -p:OnnxRuntimeExtensions=Npm" ;;
        standin) echo "-p:MLNet=Standin" ;;
    esac
}

description_of() {
    case "$1" in
        package-full) echo "Package mode: the official ML.NET and ONNX Runtime packages" ;;
        package-npm) echo "Package mode: the official ML.NET and ONNX Runtime (CPU) packages; ONNX Runtime Extensions from npm" ;;
        standin) echo "Standin mode: eng/MLNet.Standin instead of ML.NET; ONNX Runtime from npm" ;;
    esac
}

# ---------------------------------------------------------------------------------------------------------------- help

help_overall() {
    cat <<'TEXT'
Usage: ./build.sh COMMAND [options] [-- arguments of the program]

Commands
  demo     builds and lets a small vision-language model answer questions about images, with all visual tokens and with few
  test     builds everything and runs every test; the last line is "N passed, N failed"
  bench    builds and runs the benchmarks
  eval     measures what pruning costs over a file of questions: accuracy, agreement, times; tables, JSON and a chart
  pack     makes the NuGet packages (official packages only)

Options of every command
  --mode Package|Standin   where ML.NET comes from; without it, what the machine's NuGet feed allows is found out once
  --help                   what the command does and takes

Needs the .NET 10 SDK, and Node 20 or later where the feed lacks official packages.
Exit codes: 0 done, 1 failed, 2 wrong usage.
TEXT
}

help_demo() {
    cat <<'TEXT'
Usage: ./build.sh demo [--mode Package|Standin] [-- arguments of samples/AskAboutImages]

Builds samples/AskAboutImages and asks it the first held-out questions of models/shapes-vlm.
Arguments after -- are added; "./build.sh demo -- --help" lists them. Examples:
  ./build.sh demo -- --keep 32 --limit 50
  ./build.sh demo -- --image picture.png --question "What color is the circle?"
TEXT
}

help_test() {
    cat <<'TEXT'
Usage: ./build.sh test [--mode Package|Standin] [--fast]

Builds everything in Release, warnings as errors, and runs all test projects; the kernel tests three times: as the machine is,
without AVX2, and without any hardware intrinsics. Where the feed has ML.NET, the tests of the stages and of ML.NET's contract
also run against the stand-in, unless --mode is given. Tests of the web page need Chromium or Chrome on the PATH and are skipped
without; their screenshots are in artifacts/screenshots. The last line is "N passed, N failed" and, if any were, ", N skipped".
  --fast   leaves out the tests marked as slow
TEXT
}

help_bench() {
    cat <<'TEXT'
Usage: ./build.sh bench [--mode Package|Standin] [-- arguments of benchmarks/ZooPrune.Benchmarks]

Builds benchmarks/ZooPrune.Benchmarks in Release and runs it. Arguments after -- go to it; "./build.sh bench -- --help" lists them. Examples:
  ./build.sh bench -- --quick
  ./build.sh bench -- --filter '*Prune*'
TEXT
}

help_eval() {
    cat <<'TEXT'
Usage: ./build.sh eval [--mode Package|Standin] [-- arguments of samples/EvaluatePruning]

Builds samples/EvaluatePruning and asks a model the questions of a file with all visual tokens and with few, for every method and
budget. Without arguments: models/shapes-vlm and its 3,000 held-out questions, which takes minutes. An interrupted run goes on where
it was if it was given --json or --resume. Arguments after -- are added; "./build.sh eval -- --help" lists them. Examples:
  ./build.sh eval -- --limit 200
  ./build.sh eval -- --positions both --markdown results.md --json results.json --chart chart.svg
  ./build.sh eval -- --model FOLDER --questions coco_pope_random.json --images val2014 --keep 192,128,64
TEXT
}

help_pack() {
    cat <<'TEXT'
Usage: ./build.sh pack [--mode Package]

Makes the NuGet packages of the projects in src/, the tool zooprune among them, in artifacts/package/release and checks what they depend on.
A package lists what it was built against, so this needs a feed with the official packages; there is no pack in Standin mode.
TEXT
}

# -------------------------------------------------------------------------------------------------------- small pieces

# Wrong usage: what, what it got, what it needs, what to do.
usage_error() {
    echo "build.sh: $1" >&2
    exit 2
}

fail() {
    echo "build.sh: $1" >&2
    exit 1
}

# run_logged LABEL LOG COMMAND...: runs it with its output in LOG, showing that time passes. Returns its exit code.
run_logged() {
    local label="$1" log="$2" started=$SECONDS code=0 shown=0
    shift 2
    mkdir -p "$(dirname "$log")"
    echo "$label ..."
    "$@" > "$log" 2>&1 < /dev/null &
    local job=$!
    trap 'kill "$job" 2> /dev/null; exit 130' INT TERM
    while kill -0 "$job" 2> /dev/null; do
        sleep 0.2
        local elapsed=$((SECONDS - started))
        if [[ -t 1 && $elapsed -gt $shown ]]; then
            printf '\r  %d s' "$elapsed"
            shown=$elapsed
        elif [[ ! -t 1 && $elapsed -ge $((shown + 30)) ]]; then
            echo "  $label: $elapsed s so far"
            shown=$elapsed
        fi
    done
    wait "$job" || code=$?
    trap - INT TERM
    [[ -t 1 ]] && printf '\r'
    echo "  $((SECONDS - started)) s"
    return "$code"
}

# build PROJECT...: a quiet Release build, with the log shown if it fails.
build() {
    local project log
    for project in "$@"; do
        log="$log_folder/build-$(basename "$project").log"
        # shellcheck disable=SC2086  # the switches are several words
        run_logged "Building $project" "$log" dotnet build "$root/$project" -c Release -v quiet --nologo -clp:NoSummary $switches || {
            cat "$log" >&2
            fail "building $project failed, see above. The log is artifacts/log/$(basename "$log")."
        }
    done
}

# program NAME: the path of a built program or test assembly.
program() {
    local artifacts="$root/artifacts"
    [[ $variant == standin ]] && artifacts="$root/artifacts/standin"
    echo "$artifacts/bin/$1/release/$1.dll"
}

require_dotnet() {
    command -v dotnet > /dev/null \
        || fail "'dotnet' is not on the PATH. Needs the .NET SDK 10. Install it and run this again."
    local version
    version="$(cd "$root" && dotnet --version 2> /dev/null || echo none)"
    [[ ${version%%.*} =~ ^[0-9]+$ && ${version%%.*} -ge 10 ]] \
        || fail "the .NET SDK found is version $version. Needs 10 or later. Install it and run this again."
}

require_node() {
    local tool
    for tool in node npm; do
        command -v "$tool" > /dev/null \
            || fail "ONNX Runtime comes from npm here, and '$tool' is not on the PATH. Needs Node 20 or later. Install it, or use a NuGet feed that has the official packages."
    done
}

# ---------------------------------------------------------------------------------------------------- what is possible

# Everything that can change the answer: the versions asked for and the configuration of NuGet.
feed_key() {
    local config="${XDG_CONFIG_HOME:-$HOME/.nuget}/NuGet/NuGet.Config" files=()
    for file in "$root"/Directory.Packages.props "$root"/eng/Modes.* "$root"/eng/probe/* \
        "$root"/[Nn]u[Gg]et.[Cc]onfig "$config" "$HOME/.nuget/NuGet/NuGet.Config" "$HOME"/.config/NuGet/NuGet.Config; do
        [[ -f $file ]] && files+=("$file")
    done
    cat "${files[@]}" | cksum | tr ' ' '-'
}

allows() {
    local log="$log_folder/probe-$1.log"
    # shellcheck disable=SC2046  # the switches are several words
    run_logged "Asking the NuGet feed for $1" "$log" \
        dotnet restore "$root/eng/probe/Probe.csproj" --artifacts-path "$root/artifacts/probe/$1" --force $(switches_of "$1")
}

# find_variant MODE: sets variant and switches. MODE is Package, Standin or empty.
find_variant() {
    local mode="$1" key candidate
    variant=""
    if [[ $mode == Standin ]]; then
        variant=standin
    else
        key="$(feed_key) ${mode:-any}"
        if [[ -f $feed_file ]]; then
            variant="$(sed -n "s/^$key //p" "$feed_file")"
        fi
        if [[ -z $variant ]]; then
            for candidate in "${variants[@]}"; do
                if [[ $mode == Package && $candidate == standin ]]; then
                    continue
                fi
                if allows "$candidate"; then
                    variant="$candidate"
                    break
                fi
            done
            if [[ -z $variant ]]; then
                cat "$log_folder/probe-$candidate.log" >&2
                fail "the NuGet feed has none of the sets of packages that were tried${mode:+ for --mode $mode} (NuGet's errors are above). Needs a feed that works. Check the configuration of NuGet and the network${mode:+, or leave out --mode}."
            fi
            mkdir -p "$root/artifacts"
            echo "$key $variant" >> "$feed_file"
        fi
    fi
    switches="$(switches_of "$variant")"
    [[ $variant == package-full ]] || require_node
    echo "Dependencies: $(description_of "$variant")"
}

# ------------------------------------------------------------------------------------------------------------ commands

# given OPTION ARGUMENTS...: whether the option is among the arguments.
given() {
    local option="$1" argument
    shift
    for argument in "$@"; do
        [[ $argument == "$option" || $argument == "$option="* ]] && return 0
    done
    return 1
}

demo() {
    local defaults=() here="$root/" option
    [[ $PWD == "$root" ]] && here=""
    build samples/AskAboutImages
    given --model "$@" || defaults+=(--model "${here}models/shapes-vlm")
    given --overlays "$@" || defaults+=(--overlays "${here}artifacts/overlays")
    local own_questions=false
    for option in --image --images --questions --limit; do
        given "$option" "$@" && own_questions=true
    done
    [[ $own_questions == true ]] || defaults+=(--limit 24)
    dotnet "$(program AskAboutImages)" "${defaults[@]}" "$@"
}

bench() {
    build benchmarks/ZooPrune.Benchmarks
    dotnet "$(program ZooPrune.Benchmarks)" "$@"
}

evaluate() {
    build samples/EvaluatePruning
    dotnet "$(program EvaluatePruning)" "$@"
}

pack() {
    [[ $variant == package-full ]] \
        || fail "pack: the NuGet feed allows only this: $(description_of "$variant"). Needs the official packages, Microsoft.ML.OnnxRuntime.Gpu and Microsoft.ML.OnnxRuntime.Extensions among them, because a package lists what it was built against. Run it with a NuGet feed that has them."
    local project log folder="$root/artifacts/package/release"
    rm -rf "$folder"
    find "$root/artifacts/obj" -name '*.nuspec' -delete
    for project in ZooPrune.Kernels ZooPrune.Onnx ZooPrune.MLNet; do
        log="$log_folder/pack-$project.log"
        # shellcheck disable=SC2086  # the switches are several words
        run_logged "Packing $project" "$log" dotnet pack "$root/src/$project" -c Release -v quiet --nologo -clp:NoSummary $switches || {
            cat "$log" >&2
            fail "packing $project failed, see above. The log is artifacts/log/$(basename "$log")."
        }
    done

    # The tool carries what it needs: the CPU build of ONNX Runtime, which is far smaller and runs on more systems.
    log="$log_folder/pack-ZooPrune.Cli.log"
    # shellcheck disable=SC2086  # the switches are several words
    run_logged "Packing ZooPrune.Cli" "$log" dotnet pack "$root/src/ZooPrune.Cli" -c Release -v quiet --nologo -clp:NoSummary $switches \
        -p:OnnxRuntimePackage=Microsoft.ML.OnnxRuntime || {
        cat "$log" >&2
        fail "packing ZooPrune.Cli failed, see above. The log is artifacts/log/$(basename "$log")."
    }
    check_dependencies ZooPrune.Kernels System.Numerics.Tensors
    check_dependencies ZooPrune.Onnx ZooPrune.Kernels Microsoft.ML.OnnxRuntime.Gpu Microsoft.ML.OnnxRuntime.Extensions
    check_dependencies ZooPrune.MLNet ZooPrune.Onnx Microsoft.ML Microsoft.ML.ImageAnalytics Microsoft.ML.OnnxTransformer \
        Microsoft.ML.OnnxRuntime.Gpu Microsoft.ML.OnnxRuntime.Extensions
    check_dependencies ZooPrune.Cli
    ls "$folder"
}

# check_dependencies PACKAGE EXPECTED...: what its nuspec names must be exactly that.
check_dependencies() {
    local package="$1" found expected
    shift
    found="$(find "$root/artifacts/obj/$package" -name "$package.*.nuspec" -exec sed -n 's/.*<dependency id="\([^"]*\)".*/\1/p' {} + | sort -u)"
    expected="$(printf '%s\n' "$@" | sort -u)"
    [[ $found == "$expected" ]] \
        || fail "pack: $package depends on $(echo "$found" | paste -sd, -). Needs exactly $(echo "$expected" | paste -sd, -). Check the references of src/$package."
}

# ---------------------------------------------------------------------------------------------------------------- test

passed=0
failed=0
skipped=0

# counter NAME TRX: one number of the summary of a result file.
counter() {
    sed -n "s/.*<Counters[^>]* $1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1
}

# run_tests LABEL PROJECT [NAME=VALUE...]: runs a built test project, with these environment variables, and counts.
run_tests() {
    local label="$1" project="$2" slug trx log code=0
    shift 2
    slug="$(echo "$label" | tr -c 'A-Za-z0-9.\n' '-')"
    trx="$root/artifacts/test-results/$slug.trx"
    log="$log_folder/test-$slug.log"
    rm -f "$trx"
    run_logged "Testing $label" "$log" env "$@" dotnet test "$(program "$project")" \
        --logger "trx;LogFileName=$slug.trx" --logger "console;verbosity=minimal" \
        --results-directory "$root/artifacts/test-results" ${filter:+--filter "$filter"} || code=$?

    local total=0 now_passed=0 now_failed=0 executed=0
    if [[ -f $trx ]]; then
        total="$(counter total "$trx")"
        executed="$(counter executed "$trx")"
        now_passed="$(counter passed "$trx")"
        now_failed=$((executed - now_passed))
    fi
    if [[ $now_failed -eq 0 && ($code -ne 0 || $total -eq 0) ]]; then
        now_failed=1 # The run itself broke off, or there was nothing to run.
    fi
    passed=$((passed + now_passed))
    failed=$((failed + now_failed))
    skipped=$((skipped + total - executed))
    if [[ $now_failed -ne 0 ]]; then
        cat "$log" >&2
    fi
    echo "  $now_passed passed, $now_failed failed, $((total - executed)) skipped"
}

# The tests of this script itself.
run_script_tests() {
    local log="$log_folder/test-build.sh.log" now_passed now_failed
    run_logged "Testing build.sh" "$log" "$root/tests/build.sh.tests" || true
    now_passed="$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log")"
    now_failed="$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log")"
    [[ ${now_failed:-1} -eq 0 ]] || cat "$log" >&2
    passed=$((passed + ${now_passed:-0}))
    failed=$((failed + ${now_failed:-1}))
    echo "  ${now_passed:-0} passed, ${now_failed:-1} failed"
}

tests() {
    rm -rf "$root/artifacts/test-results"
    build ZooPrune.slnx
    run_script_tests
    run_tests "ZooPrune.Kernels.Tests" ZooPrune.Kernels.Tests
    run_tests "ZooPrune.Kernels.Tests without AVX2" ZooPrune.Kernels.Tests DOTNET_EnableAVX2=0
    run_tests "ZooPrune.Kernels.Tests without intrinsics" ZooPrune.Kernels.Tests DOTNET_EnableHWIntrinsic=0
    run_tests "ZooPrune.Onnx.Tests" ZooPrune.Onnx.Tests
    run_tests "ZooPrune.MLNet.Tests" ZooPrune.MLNet.Tests
    run_tests "ZooPrune.Cli.Tests" ZooPrune.Cli.Tests
    run_tests "MLNet.Contract.Tests" MLNet.Contract.Tests
    run_tests "AskAboutImages.Tests" AskAboutImages.Tests
    run_tests "EvaluatePruning.Tests" EvaluatePruning.Tests
    run_tests "BatchScoring.Tests" BatchScoring.Tests
    run_tests "ModelBuilderStyle.Tests" ModelBuilderStyle.Tests

    if [[ $variant != standin && -z $mode ]]; then
        echo "And the stand-in, which must agree with ML.NET:"
        find_variant Standin
        build tests/MLNet.Contract.Tests tests/ZooPrune.MLNet.Tests
        run_tests "ZooPrune.MLNet.Tests with the stand-in" ZooPrune.MLNet.Tests
        run_tests "MLNet.Contract.Tests with the stand-in" MLNet.Contract.Tests
    fi

    local summary="$passed passed, $failed failed"
    [[ $skipped -eq 0 ]] || summary+=", $skipped skipped"
    echo "$summary"
    [[ $failed -eq 0 ]]
}

# ---------------------------------------------------------------------------------------------------------------- main

main() {
    local command="${1:-}"
    case "$command" in
        demo | test | bench | eval | pack) shift ;;
        --help | -h) help_overall; exit 0 ;;
        "") usage_error "no command was given. Needs demo, test, bench, eval or pack. See ./build.sh --help." ;;
        *) usage_error "'$command' is not a command. Needs demo, test, bench, eval or pack. See ./build.sh --help." ;;
    esac

    mode=""
    filter=""
    while [[ $# -gt 0 ]]; do
        case "$1" in
            --help | -h) "help_$command"; exit 0 ;;
            --mode)
                [[ ${2:-} == Package || ${2:-} == Standin ]] \
                    || usage_error "--mode got '${2:-}'. Needs Package or Standin. See ./build.sh $command --help."
                mode="$2"
                shift 2
                ;;
            --fast)
                [[ $command == test ]] \
                    || usage_error "$command got --fast, which belongs to test. Needs --mode, --help or nothing. See ./build.sh $command --help."
                filter="Speed!=Slow"
                shift
                ;;
            --) shift; break ;;
            *) usage_error "$command got '$1', which it does not know. Arguments of the program go after --. See ./build.sh $command --help." ;;
        esac
    done
    if [[ $# -gt 0 && $command != demo && $command != bench && $command != eval ]]; then
        usage_error "$command got '$1' after --. Needs nothing there, only demo, bench and eval start a program. See ./build.sh $command --help."
    fi
    if [[ $command == pack && $mode == Standin ]]; then
        usage_error "pack got --mode Standin. Needs Package, because a package lists what it was built against. Leave out --mode."
    fi

    require_dotnet
    find_variant "$mode"
    case "$command" in
        demo) demo "$@" ;;
        test) tests ;;
        bench) bench "$@" ;;
        eval) evaluate "$@" ;;
        pack) pack ;;
    esac
}

main "$@"
