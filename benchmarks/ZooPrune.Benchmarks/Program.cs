using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ZooPrune.Benchmarks;
using ZooPrune.Onnx;

BenchmarkArguments line = BenchmarkArguments.Parse(args);
if (line.Error is not null)
{
    Console.Error.WriteLine(line.Error);
    return 2;
}

if (line.ShowsHelp)
{
    Console.WriteLine(BenchmarkArguments.Help);
    return 0;
}

if (line.Child is not null)
{
    ChildProcess.Measure(line.Child, Console.Out);
    return 0;
}

if (line.IsQuick || line.IsMethods || line.IsGenAi || line.IsLoad || line.Device is not null)
{
    string smallModel = Path.Combine("models", "shapes-vlm");
    try
    {
        QuickReport report = line.IsQuick ? QuickRun.Measure(Console.Out)
            : line.IsMethods ? MethodsRun.Measure(ModelShape.Llava, rounds: 9, Console.Out)
            : line.IsLoad ? LoadRun.Measure(LoadSize.Create(line.IsTiny, line.Layers), Console.Out)
            : line.Device is not null
                ? DeviceRun.Measure(
                    DeviceSize.Create(line.IsTiny, line.Layers), DeviceRun.Exact(Device.Parse(line.Device)), line.Families, Console.Out)
            : GenAiRun.Measure(RunSize.Create(line.IsTiny, line.Layers), smallModel, Console.Out);
        report.Print(Console.Out);
        if (line.JsonFile is not null)
        {
            File.WriteAllText(line.JsonFile, report.ToJson());
        }

        return 0;
    }
    catch (Exception error)
        when (error is InvalidOperationException or IOException or UnauthorizedAccessException or FormatException or ZooPrune.ZooPruneException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}

if (line.IsHostile)
{
    return HostileRun.Measure(line.HostileKind, line.Seed, line.IsTiny, Console.Out) ? 0 : 1;
}

if (line.IsBreakEven)
{
    try
    {
        return BreakEvenRun.Measure(line.ModelFolder ?? Path.Combine("models", "shapes-vlm"), Console.Out) ? 0 : 1;
    }
    catch (Exception error) when (error is InvalidOperationException or ZooPrune.ZooPruneException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}

// In this process: a project that BenchmarkDotNet generates would not know how this repository finds its packages.
IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
string[] runnerArguments = line.Lists ? ["--list", "flat"] : ["--filter", line.Filter ?? "*"];
Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(ModelShape).Assembly).Run(runnerArguments, config)];
bool failed = summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success));
return failed || (!line.Lists && summaries.Length == 0) ? 1 : 0;
