#!/usr/bin/env pwsh
# Builds, tests, measures, packs and demonstrates ZooPrune, as build.sh does. See ./build.ps1 --help.
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$logs = Join-Path $root 'artifacts/log'
$packages = Join-Path $root 'artifacts/package/release'

$help = @'
Usage: ./build.ps1 COMMAND [options or arguments of the program]

Commands
  demo           builds and lets a small vision-language model answer questions about images, with all visual tokens and with few
  test [--fast]  builds everything and runs every test; the last line is "N passed, N failed"
                 --fast leaves out the tests marked as slow
  bench          builds and runs the benchmarks
  eval           measures what pruning costs over a file of questions: accuracy, agreement, times; tables, JSON and a chart
  pack           makes the NuGet packages of src/ in artifacts/package/release

What follows demo, bench and eval goes to the program; "./build.ps1 demo --help" lists what it takes. Examples:
  ./build.ps1 demo --image picture.png --question "What color is the circle?" --keep 32
  ./build.ps1 bench --quick
  ./build.ps1 eval --limit 200 --markdown results.md

Needs the .NET 10 SDK. Logs are in artifacts/log. Exit codes: 0 done, 1 failed, 2 wrong usage.
'@

function Stop-Build([int] $code, [string] $message) {
    [Console]::Error.WriteLine("build.ps1: $message")
    exit $code
}

function Stop-Usage([string] $message) { Stop-Build 2 "$message See ./build.ps1 --help." }

# Runs a command with its output in a log. Returns its exit code.
function Invoke-Logged([string] $label, [string] $log, [string[]] $command) {
    New-Item -ItemType Directory -Force $logs | Out-Null
    Write-Host "$label ..."
    $started = Get-Date
    & $command[0] $command[1..($command.Length - 1)] *> $log
    $code = $LASTEXITCODE
    Write-Host ("  {0:N0} s" -f ((Get-Date) - $started).TotalSeconds)
    return $code
}

# A Release build or pack, with the log shown if it fails.
function Invoke-Dotnet([string] $verb, [string] $project) {
    $log = Join-Path $logs "$verb-$(Split-Path $project -Leaf).log"
    $command = 'dotnet', $verb, (Join-Path $root $project), '-c', 'Release', '-v', 'quiet', '--nologo', '-clp:NoSummary'
    if ((Invoke-Logged "Running dotnet $verb $project" $log $command) -ne 0) {
        Get-Content $log | ForEach-Object { [Console]::Error.WriteLine($_) }
        Stop-Build 1 "dotnet $verb $project failed, see above. The log is artifacts/log/$(Split-Path $log -Leaf)."
    }
}

function Get-Program([string] $name) { Join-Path $root "artifacts/bin/$name/release/$name.dll" }

# Whether one of these options is among the arguments of the program.
function Test-Given([string[]] $names) {
    [bool] ($programArguments | Where-Object { ($_ -split '=')[0] -in $names })
}

function Invoke-Demo {
    Invoke-Dotnet build samples/AskAboutImages
    $defaults = @()
    if (-not (Test-Given '--model')) { $defaults += '--model', (Join-Path $root 'models/shapes-vlm') }
    if (-not (Test-Given '--overlays')) { $defaults += '--overlays', (Join-Path $root 'artifacts/overlays') }
    if (-not (Test-Given '--image', '--images', '--questions', '--limit')) { $defaults += '--limit', '24' }
    & dotnet (Get-Program AskAboutImages) @defaults @programArguments
    exit $LASTEXITCODE
}

function Invoke-Program([string] $project) {
    Invoke-Dotnet build $project
    & dotnet (Get-Program (Split-Path $project -Leaf)) @programArguments
    exit $LASTEXITCODE
}

function Invoke-Pack {
    if (Test-Path $packages) { Remove-Item -Recurse $packages }
    Invoke-Dotnet pack src/ZooPrune.slnf
    Get-ChildItem -Name $packages
}

$script:passed = 0
$script:failed = 0
$script:skipped = 0

# Runs a built test project, with one environment variable if one is given, and counts.
function Invoke-Tests([string] $label, [string] $project, [string] $variable) {
    $log = Join-Path $logs "test-$label.log"
    $command = @('dotnet', 'test', (Get-Program $project), '--logger', 'console;verbosity=minimal')
    if ($fast) { $command += '--filter', 'Speed!=Slow' }
    if ($variable) { [Environment]::SetEnvironmentVariable($variable, '0') }
    $code = Invoke-Logged "Testing $label" $log $command
    if ($variable) { [Environment]::SetEnvironmentVariable($variable, $null) }
    $nowPassed = 0; $nowFailed = 0; $nowSkipped = 0
    $summary = Get-Content $log | Select-String 'Failed: *(\d+), Passed: *(\d+), Skipped: *(\d+)' | Select-Object -Last 1
    if ($summary) {
        $nowFailed, $nowPassed, $nowSkipped = $summary.Matches[0].Groups[1..3] | ForEach-Object { [int] $_.Value }
    }

    # All of the project's tests are slow.
    if ($fast -and (Select-String -Quiet '^No test matches' $log)) { $summary = $true }

    # The run itself broke off, or there was nothing to run.
    if ($nowFailed -eq 0 -and ($code -ne 0 -or -not $summary)) { $nowFailed = 1 }
    if ($nowFailed -ne 0) { Get-Content $log | ForEach-Object { [Console]::Error.WriteLine($_) } }
    $script:passed += $nowPassed; $script:failed += $nowFailed; $script:skipped += $nowSkipped
    Write-Host "  $nowPassed passed, $nowFailed failed, $nowSkipped skipped"
}

function Invoke-AllTests {
    Invoke-Dotnet build ZooPrune.slnx
    Invoke-Tests ZooPrune.Kernels.Tests ZooPrune.Kernels.Tests
    Invoke-Tests ZooPrune.Kernels.Tests-without-AVX2 ZooPrune.Kernels.Tests DOTNET_EnableAVX2
    Invoke-Tests ZooPrune.Kernels.Tests-without-intrinsics ZooPrune.Kernels.Tests DOTNET_EnableHWIntrinsic
    foreach ($project in Get-ChildItem (Join-Path $root 'tests/*/*.csproj') | Sort-Object BaseName) {
        if ($project.BaseName -ne 'ZooPrune.Kernels.Tests') { Invoke-Tests $project.BaseName $project.BaseName }
    }
    $summary = "$($script:passed) passed, $($script:failed) failed"
    if ($script:skipped) { $summary += ", $($script:skipped) skipped" }
    Write-Host $summary
    exit [int] ($script:failed -ne 0)
}

$command = if ($args.Count) { [string] $args[0] } else { '' }
$rest = @($args | Select-Object -Skip 1)
if ($command -in '--help', '-h') { Write-Output $help; exit 0 }
if ($command -eq '') { Stop-Usage 'no command was given. Needs demo, test, bench, eval or pack.' }
if ($command -notin 'demo', 'test', 'bench', 'eval', 'pack') {
    Stop-Usage "'$command' is not a command. Needs demo, test, bench, eval or pack."
}

# PowerShell takes a bare -- out of what a script is given, so none is needed here.
$fast = $false
$programArguments = @()
if ($command -in 'demo', 'bench', 'eval') { $programArguments = @($rest | Where-Object { $_ -ne '--' }) }
else {
    foreach ($argument in $rest) {
        if ($argument -in '--help', '-h') { Write-Output $help; exit 0 }
        if ($argument -ne '--fast') { Stop-Usage "$command got '$argument', which it does not know." }
        if ($command -ne 'test') { Stop-Usage "$command got --fast, which belongs to test." }
        $fast = $true
    }
}

if (-not (Get-Command dotnet -ErrorAction Ignore)) {
    Stop-Build 1 "'dotnet' is not on the PATH. Needs the .NET 10 SDK. Install it and run this again."
}
$version = "$(dotnet --version)"
if (($version -split '\.')[0] -notmatch '^\d+$' -or [int] ($version -split '\.')[0] -lt 10) {
    Stop-Build 1 "the .NET SDK found is version $version. Needs 10 or later. Install it and run this again."
}

switch ($command) {
    'demo' { Invoke-Demo }
    'test' { Invoke-AllTests }
    'bench' { Invoke-Program benchmarks/ZooPrune.Benchmarks }
    'eval' { Invoke-Program samples/EvaluatePruning }
    'pack' { Invoke-Pack }
}
