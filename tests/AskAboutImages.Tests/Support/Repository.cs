using System.Reflection;

namespace ZooPrune.Samples.Tests;

/// <summary>Finds the repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its root folder: the one the build noted down.</summary>
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(metadata => metadata.Key == "RepositoryRoot").Value!;
}
