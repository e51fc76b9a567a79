using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace ZooPrune.MLNet.Tests;

/// <summary>A question about an image file.</summary>
public sealed class Question
{
    public string ImagePath { get; set; } = string.Empty;

    public string Text { get; set; } = string.Empty;
}

/// <summary>What the whole pipeline adds.</summary>
public sealed class Answer
{
    [ColumnName("Answer")]
    public string Text { get; set; } = string.Empty;

    public string Error { get; set; } = string.Empty;

    public string Note { get; set; } = string.Empty;

    public int[] KeptIndices { get; set; } = [];

    public int VisualTokenCount { get; set; }

    public float PreprocessMilliseconds { get; set; }

    public float PruneMilliseconds { get; set; }

    public float PrefillMilliseconds { get; set; }

    public float DecodeMilliseconds { get; set; }
}

/// <summary>An image in memory.</summary>
public sealed class ImageRow
{
    [ImageType(30, 40)]
    public MLImage? Image { get; set; }
}

/// <summary>What PreprocessImages adds.</summary>
public sealed class PixelsRow
{
    [ColumnName("pixel_values")]
    public float[] PixelValues { get; set; } = [];

    public float PreprocessMilliseconds { get; set; }

    public string Error { get; set; } = string.Empty;
}

/// <summary>Pixel values of any length.</summary>
public sealed class AnyPixelsRow
{
    [ColumnName("pixel_values")]
    public float[] PixelValues { get; set; } = [];
}

/// <summary>Visual tokens of any length.</summary>
public sealed class TokensRow
{
    [ColumnName("visual_tokens")]
    public float[] VisualTokens { get; set; } = [];
}

/// <summary>What PruneVisualTokens adds.</summary>
public sealed class KeptRow
{
    public float[] KeptTokens { get; set; } = [];

    public int[] KeptIndices { get; set; } = [];

    public int VisualTokenCount { get; set; }

    public string Note { get; set; } = string.Empty;

    public float PruneMilliseconds { get; set; }

    public string Error { get; set; } = string.Empty;
}

/// <summary>What GenerateText reads.</summary>
public sealed class PromptRow
{
    public float[] KeptTokens { get; set; } = [];

    public int[] KeptIndices { get; set; } = [];

    public int VisualTokenCount { get; set; }

    public string Question { get; set; } = string.Empty;

    public string Note { get; set; } = string.Empty;
}

/// <summary>What GenerateText adds.</summary>
public sealed class GeneratedRow
{
    public string Answer { get; set; } = string.Empty;

    public string Note { get; set; } = string.Empty;

    public float PrefillMilliseconds { get; set; }

    public float DecodeMilliseconds { get; set; }

    public string Error { get; set; } = string.Empty;
}
