namespace ZooPrune.Onnx;

/// <summary>
/// Which of a model folder's graphs are run. The hub keeps one file for each precision, told apart by the end of its name.
/// </summary>
public enum ModelPrecision
{
    /// <summary>The most precise that is there, for each graph on its own, in the order of this enumeration.</summary>
    Auto,

    /// <summary>float32: vision_encoder.onnx.</summary>
    Float32,

    /// <summary>float16: vision_encoder_fp16.onnx.</summary>
    Float16,

    /// <summary>8-bit weights: vision_encoder_quantized.onnx, or _int8, or _uint8.</summary>
    Q8,

    /// <summary>4-bit weights, the rest in float32: vision_encoder_q4.onnx, or _bnb4.</summary>
    Q4,

    /// <summary>4-bit weights, the rest in float16: vision_encoder_q4f16.onnx.</summary>
    Q4F16,
}
