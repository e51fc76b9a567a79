namespace ZooPrune.Samples;

/// <summary>Which stage of the pipeline runs the vision encoder.</summary>
internal enum EncoderStage
{
    /// <summary>ZooPrune's own stage, which also says how long it took.</summary>
    EncodeImages,

    /// <summary>ML.NET's stage over the encoder's ONNX file; it keeps its time to itself.</summary>
    ApplyOnnxModel,
}
