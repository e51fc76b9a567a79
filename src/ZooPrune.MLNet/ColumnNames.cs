namespace ZooPrune.MLNet;

/// <summary>The default column names. One stage's default output is the next one's default input.</summary>
internal static class ColumnNames
{
    public const string Image = "Image";
    public const string PixelValues = "pixel_values";
    public const string ImageSizes = "image_sizes";
    public const string ImageGrid = "image_grid_thw";
    public const string VisualTokens = "visual_tokens";
    public const string VisualTokenCount = "visual_token_count";
    public const string KeptTokens = "kept_tokens";
    public const string KeptIndices = "kept_indices";
    public const string Question = "Question";
    public const string Answer = "Answer";
    public const string Error = "Error";
    public const string Note = "Note";
    public const string PreprocessMilliseconds = "PreprocessMilliseconds";
    public const string EncodeMilliseconds = "EncodeMilliseconds";
    public const string PruneMilliseconds = "PruneMilliseconds";
    public const string PrefillMilliseconds = "PrefillMilliseconds";
    public const string DecodeMilliseconds = "DecodeMilliseconds";
}
