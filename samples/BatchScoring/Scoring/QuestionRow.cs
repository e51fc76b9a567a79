namespace ZooPrune.Samples;

/// <summary>What goes into the pipeline: one question about one image.</summary>
internal sealed class QuestionRow
{
    /// <summary>Path of the image, relative to the image folder.</summary>
    public string ImagePath { get; set; } = "";

    /// <summary>What is asked.</summary>
    public string Question { get; set; } = "";
}
