namespace ZooPrune.Onnx;

/// <summary>What a step at the end of a vision encoder does to the tokens.</summary>
internal enum TailKind
{
    /// <summary>A Linear layer.</summary>
    Linear,

    /// <summary>A GELU.</summary>
    Gelu,

    /// <summary>Times a constant, plus a constant, the same for every token.</summary>
    Affine,

    /// <summary>Anything else that treats each token on its own.</summary>
    RowWise,

    /// <summary>Moves tokens and leaves their values: Reshape, Gather.</summary>
    RowMove,
}

/// <summary>One step of a vision encoder's end, seen from its output.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Output">Name of what comes out.</param>
/// <param name="Inputs">Names of what goes in: one, or two where two values are multiplied.</param>
/// <param name="Operator">What messages call it.</param>
internal sealed record TailStep(TailKind Kind, string Output, IReadOnlyList<string> Inputs, string Operator)
{
    /// <summary>The weights of a <see cref="TailKind.Linear"/>.</summary>
    public LinearLayer? Layer { get; init; }

    /// <summary>Of an <see cref="TailKind.Affine"/>, and of a <see cref="TailKind.Gelu"/> before it where it has a bias: x Scale + Shift, each of
    /// one value or one for each element.</summary>
    public (float[] Scale, float[] Shift)? Affine { get; init; }

    /// <summary>Which GELU.</summary>
    public GeluKind Gelu { get; init; }

    /// <summary>The last dimension of what comes out, where the step tells; otherwise null.</summary>
    public int? Width { get; init; }

    /// <summary>The node of a <see cref="TailKind.RowMove"/>.</summary>
    public OnnxNode? Node { get; init; }
}
