using Microsoft.Extensions.AI;
using ZooPrune.Onnx;
using ZooPrune.Onnx.Tests;

namespace ZooPrune.Extensions.AI.Tests;

/// <summary>models/shapes-vlm, loaded once for all tests that only read it.</summary>
public sealed class SharedModel : IDisposable
{
    public const string Question = "Where is the yellow circle in the image?";

    public VisionLanguageModel Model { get; } = VisionLanguageModel.Load(TestPaths.Model);

    /// <summary>The same without gaps in the positions: its context has room for several pruned images.</summary>
    public VisionLanguageModel Compact { get; } =
        VisionLanguageModel.Load(TestPaths.Model, new() { Positions = PositionMode.Compact });

    /// <summary>A held-out PNG, and another one.</summary>
    public static string Picture { get; } = Path.Combine(TestPaths.HeldOut, "0000.png");

    public static string OtherPicture { get; } = Path.Combine(TestPaths.HeldOut, "0001.jpg");

    /// <summary>A file as a message holds it.</summary>
    internal static DataContent Data(string path) =>
        new(File.ReadAllBytes(path), path.EndsWith(".png", StringComparison.Ordinal) ? "image/png" : "image/jpeg");

    /// <summary>A question about files.</summary>
    internal static ChatMessage Ask(string question, params string[] paths) =>
        new(ChatRole.User, [new TextContent(question), .. paths.Select(Data)]);

    /// <summary>What the model itself answers about files in one turn.</summary>
    public VisionAnswer Answer(string question, PruningOptions? pruning, GenerationOptions? options, params string[] paths) =>
        Model.Answer([.. paths.Select(Model.Prepare)], question, pruning, options);

    public void Dispose()
    {
        Model.Dispose();
        Compact.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedModelCollection : ICollectionFixture<SharedModel>
{
    public const string Name = "shapes-vlm";
}
