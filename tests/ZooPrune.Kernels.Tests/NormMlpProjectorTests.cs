namespace ZooPrune.Tests;

public sealed class NormMlpProjectorTests
{
    public static TheoryData<string> Sets => KernelSets.All;

    [Theory]
    [MemberData(nameof(Sets))]
    public void ProjectWithSensitivity_EveryNormAndGelu_AgreesWithAutomaticDifferentiation(string set)
    {
        foreach (GoldenProjector golden in GoldenProjector.All)
        {
            IClosedFormProjector projector = golden.MakeProjector(TokenKernels.Find(set));
            float[] z = new float[golden.Projected.Length];
            float[] s = new float[golden.Tokens];
            projector.ProjectWithSensitivity(golden.MakeTokens(), z, s);
            Near.Equal(golden.Projected, z, 2e-6, 1e-6, $"Z, {golden.Norm} {golden.Gelu}");
            Near.Equal(golden.Sensitivity, s, 3e-6, 1e-7, $"S, {golden.Norm} {golden.Gelu}");
        }
    }

    [Fact]
    public void ProjectWithSensitivity_HandSizedCase_IsTheJacobiansNorm()
    {
        // One patch (3, 4), root mean square, no epsilon: rho^2 = 12.5, y = x / rho; J_y = (I - y y^T / 2) / rho. M is linear far
        // out on GELU's right, where its slope is 1: a = w y + 40.
        NormMlpProjector projector = new(
            PatchNorm.RootMeanSquare([1, 2], 0), new MlpProjector([1, 1], [40], [3], [0], 2, 1, 1));
        float[] z = new float[1];
        float[] s = new float[1];
        projector.ProjectWithSensitivity([3, 4], z, s);
        double rho = Math.Sqrt(12.5);
        Near.Equal(3 * ((3 / rho) + (2 * 4 / rho) + 40), z[0], 1e-6, 0);
        double along = ((3 / rho) + (2 * 4 / rho)) / 2;
        double left = 3 * (1 - (along * 3 / rho)) / rho;
        double right = 3 * (2 - (along * 4 / rho)) / rho;

        // The square is what is left of terms eight times as large.
        Near.Equal(Math.Sqrt(((left * left) + (right * right)) / 2), s[0], 5e-6, 0);
    }

    [Fact]
    public void ProjectWithSensitivity_ManyDirections_IsTheirMeanSquare()
    {
        const int Directions = 4096;
        const float Step = 1f / 256;
        foreach (GoldenProjector golden in GoldenProjector.All.Where(golden => golden.Patches > 1))
        {
            IClosedFormProjector projector = golden.MakeProjector(TokenKernels.Default);
            float[] token = golden.MakeTokens()[..golden.InputWidth];
            DirectionBank bank = DirectionBank.Gaussian(Directions, golden.InputWidth, seed: 3);
            double sum = 0;
            double squares = 0;
            for (int j = 0; j < Directions; j++)
            {
                double moved = SquaredResponse(projector, token, bank[j], Step);
                sum += moved;
                squares += moved * moved;
            }

            float[] s = new float[1];
            projector.ProjectWithSensitivity(token, new float[golden.OutputWidth], s);

            // Five standard errors of the mean of 4,096 draws; a step of 1/256 bends the response by about 1e-4 of it.
            double mean = sum / Directions;
            double error = Math.Sqrt(((squares / Directions) - (mean * mean)) / Directions);
            Near.Equal(mean, (double)s[0] * s[0], 1e-3, 5 * error, $"{golden.Norm} {golden.Gelu}");
            Assert.InRange(error / mean, 0, 0.02);
        }
    }

    [Fact]
    public void ProjectWithSensitivity_OneAndEightThreads_GiveTheSameBits()
    {
        GoldenProjector golden = GoldenProjector.All.First(golden => golden.Norm == "Layer");
        var projector = (NormMlpProjector)golden.MakeProjector(TokenKernels.Default);
        float[] tokens = TestData.Uniform(77, 200 * golden.InputWidth);
        float[] one = new float[200];
        float[] eight = new float[200];
        projector.WithThreads(1).ProjectWithSensitivity(tokens, new float[200 * golden.OutputWidth], one);
        projector.WithThreads(8).ProjectWithSensitivity(tokens, new float[200 * golden.OutputWidth], eight);
        Assert.Equal(one, eight);
    }

    [Fact]
    public void ProjectWithSensitivity_PatchOfZerosWithoutEpsilon_IsLeftOut()
    {
        NormMlpProjector projector = new(PatchNorm.RootMeanSquare([1, 1], 0), TestData.Projector(1, 4, 6, 3));
        float[] s = new float[2];
        projector.ProjectWithSensitivity([0, 0, 0, 0, 0, 0, 1, 2], new float[6], s);
        Assert.Equal(0, s[0]);
        Assert.InRange(s[1], 1e-3, 100);
    }

    [Fact]
    public void Prune_Auto_UsesTheClosedForm()
    {
        GoldenProjector golden = GoldenProjector.All.First(golden => golden.Norm == "Layer");
        TokenSelection selection = new VisualTokenPruner(
            golden.MakeProjector(TokenKernels.Default), new PruningOptions { Keep = KeepBudget.Tokens(2) })
            .Prune(golden.MakeTokens(), golden.Tokens);
        Assert.Equal(SensitivityMethod.ClosedForm, selection.SensitivityMethodUsed);
        Near.Equal(golden.Sensitivity, selection.Sensitivity, 3e-6, 1e-7);
    }

    [Fact]
    public void Constructor_NoWholeNumberOfPatches_IsAnError()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new NormMlpProjector(PatchNorm.RootMeanSquare([1, 1, 1], 0), TestData.Projector(1, 4, 6, 3)));
        Assert.Equal(
            "NormMlpProjector: the first linear layer takes 4 values and a patch has 3. It needs a whole number of patches; check the "
            + "norm's weight and the layer's. (Parameter 'norm')",
            error.Message);
    }

    [Fact]
    public void PatchNorm_BadParameters_AreErrors()
    {
        Assert.Equal(
            "PatchNorm, epsilon: it is -1. It must be a finite number from 0 on; take it from the model's configuration. (Parameter "
            + "'epsilon')",
            Assert.Throws<ArgumentException>(() => PatchNorm.RootMeanSquare([1], -1)).Message);
        Assert.Equal("bias", Assert.Throws<ArgumentException>(() => PatchNorm.Layer([1, 2], [1], 0)).ParamName);
        Assert.Equal("weight", Assert.Throws<ArgumentException>(() => PatchNorm.RootMeanSquare([1, float.NaN], 0)).ParamName);
        Assert.Equal("weight", Assert.Throws<ArgumentOutOfRangeException>(() => PatchNorm.RootMeanSquare([], 0)).ParamName);
    }

    private static double SquaredResponse(IProjector projector, float[] token, ReadOnlySpan<float> direction, float step)
    {
        float[] above = new float[token.Length];
        float[] below = new float[token.Length];
        for (int k = 0; k < token.Length; k++)
        {
            above[k] = token[k] + (step * direction[k]);
            below[k] = token[k] - (step * direction[k]);
        }

        float[] up = new float[projector.OutputWidth];
        float[] down = new float[projector.OutputWidth];
        projector.Project(above, up);
        projector.Project(below, down);
        return up.Zip(down, (a, b) => Math.Pow(((double)a - b) / (2 * step), 2)).Sum();
    }
}
