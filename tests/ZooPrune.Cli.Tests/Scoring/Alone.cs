namespace ZooPrune.Cli.Tests;

/// <summary>Tests that start many processes or measure memory: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class Alone
{
    public const string Name = "Alone";
}
