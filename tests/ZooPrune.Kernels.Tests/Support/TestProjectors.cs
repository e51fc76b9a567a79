namespace ZooPrune.Tests;

/// <summary>M(x) = W x, in doubles.</summary>
internal sealed class LinearProjector(float[] weight, int inputWidth) : IProjector
{
    public int InputWidth => inputWidth;

    public int OutputWidth => weight.Length / inputWidth;

    public void Project(ReadOnlySpan<float> tokens, Span<float> projected)
    {
        for (int i = 0; i < tokens.Length / InputWidth; i++)
        {
            for (int j = 0; j < OutputWidth; j++)
            {
                double sum = 0;
                for (int k = 0; k < InputWidth; k++)
                {
                    sum += (double)weight[(j * InputWidth) + k] * tokens[(i * InputWidth) + k];
                }

                projected[(i * OutputWidth) + j] = (float)sum;
            }
        }
    }
}

/// <summary>Any function of all tokens, for projectors that misbehave or count their calls.</summary>
internal sealed class FakeProjector(int inputWidth, int outputWidth, FakeProjector.Function project) : IProjector
{
    public delegate void Function(ReadOnlySpan<float> tokens, Span<float> projected);

    public int InputWidth => inputWidth;

    public int OutputWidth => outputWidth;

    /// <summary>Z = X, D = H.</summary>
    public static FakeProjector Identity(int width) => new(width, width, (tokens, projected) => tokens.CopyTo(projected));

    public void Project(ReadOnlySpan<float> tokens, Span<float> projected) => project(tokens, projected);
}

/// <summary>Hands out given Z and S, whatever the tokens are: selections can be tested apart from projectors.</summary>
internal sealed class ScriptedProjector(float[] projected, float[] sensitivity) : IClosedFormProjector
{
    public int InputWidth => 1;

    public int OutputWidth => projected.Length / sensitivity.Length;

    public MlpProjector Weights => throw new InvalidOperationException("scripted: there are no weights");

    public void Project(ReadOnlySpan<float> tokens, Span<float> result) => projected.CopyTo(result);

    public void ProjectWithSensitivity(ReadOnlySpan<float> tokens, Span<float> result, Span<float> scores)
    {
        projected.CopyTo(result);
        sensitivity.CopyTo(scores);
    }

    /// <summary>Z of one token.</summary>
    public ReadOnlySpan<float> Row(int token) => projected.AsSpan(token * OutputWidth, OutputWidth);

    /// <summary>Token i of the result is token permutation[i] of this one.</summary>
    public ScriptedProjector Permuted(int[] permutation) =>
        new([.. permutation.SelectMany(i => Row(i).ToArray())], [.. permutation.Select(i => sensitivity[i])]);

    /// <summary>The same Z, every S times a factor.</summary>
    public ScriptedProjector Scaled(float factor) => new(projected, [.. sensitivity.Select(value => value * factor)]);

    /// <summary>Prunes scripted tokens.</summary>
    public TokenSelection Prune(PruningOptions options, params int[] tiles) =>
        new VisualTokenPruner(this, options).Prune(new float[sensitivity.Length], tiles.Length == 0 ? [sensitivity.Length] : tiles);
}
