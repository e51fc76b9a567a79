using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using ZooPrune.Onnx;

namespace ZooPrune.MLNet.Tests;

/// <summary>The model of the repository, loaded once for all tests that need it, and its held-out questions.</summary>
public sealed class TestModel : IDisposable
{
    private readonly Lazy<VisionLanguageModel> _model = new(() => VisionLanguageModel.Load(Folder));

    public static string Folder { get; } = Path.Combine(Root, "models", "shapes-vlm");

    /// <summary>Folder of the held-out images.</summary>
    public static string Images { get; } = Path.Combine(Folder, "heldout");

    public MLContext ML { get; } = new(seed: 1);

    public VisionLanguageModel Model => _model.Value;

    /// <summary>One question about each of the first images, PNG and JPEG in turn.</summary>
    public static Question[] Questions(int count)
    {
        var questions = new List<Question>();
        foreach (string line in File.ReadLines(Path.Combine(Images, "questions.jsonl")))
        {
            JsonElement question = JsonDocument.Parse(line).RootElement;
            string image = question.GetProperty("image").GetString()!;
            if (!questions.Exists(other => other.ImagePath == image))
            {
                questions.Add(new Question { ImagePath = image, Text = question.GetProperty("question").GetString()! });
            }

            if (questions.Count == count)
            {
                break;
            }
        }

        return [.. questions];
    }

    /// <summary>Visual tokens of an image that nothing was drawn on: [N, D], all finite, the same every time.</summary>
    public float[] SomeTokens(int seed = 1)
    {
        var random = new Random(seed);
        float[] tokens = new float[Model.VisualTokenCount * Model.EncoderWidth];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = (2 * random.NextSingle()) - 1;
        }

        return tokens;
    }

    public void Dispose()
    {
        if (_model.IsValueCreated)
        {
            Model.Dispose();
        }
    }

    public static string Root => typeof(TestModel).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(metadata => metadata.Key == "RepositoryRoot").Value!;
}

[CollectionDefinition(Name)]
public sealed class ModelCollectionDefinition : ICollectionFixture<TestModel>
{
    public const string Name = "model";
}

/// <summary>Tests that measure memory or listen to all of the process: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollectionDefinition
{
    public const string Name = "alone";
}
