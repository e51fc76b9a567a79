namespace ZooPrune.Tests;

/// <summary>Tests that measure the whole process, or take its thread pool, run while no other does.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
