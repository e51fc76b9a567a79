namespace ZooPrune.Onnx.Tests;

/// <summary>models/shapes-vlm, loaded once for all tests that only read it.</summary>
public sealed class SharedModel : IDisposable
{
    public VisionLanguageModel Model { get; } = VisionLanguageModel.Load(TestPaths.Model);

    public void Dispose() => Model.Dispose();
}

[CollectionDefinition(Name)]
public sealed class SharedModelCollection : ICollectionFixture<SharedModel>
{
    public const string Name = "shapes-vlm";
}
