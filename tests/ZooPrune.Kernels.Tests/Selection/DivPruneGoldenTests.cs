using System.Text.Json;

namespace ZooPrune.Tests;

/// <summary>Data/divprune: what the authors' own functions answered on random tokens (float32; every decision firm by 2e-6).</summary>
public sealed class DivPruneGoldenTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (ITokenKernels set in TokenKernels.Available)
            {
                for (int i = 0; i < 10; i++)
                {
                    rows.Add(set.Name, $"case{i:00}.safetensors");
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prune_PublishedCase_PicksTheSameTokensInTheSameOrder(string set, string file)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Data", "divprune");
        SafeTensors golden = SafeTensors.Read(Path.Combine(folder, file));
        int[] shape = golden.Shape("in.tokens");
        JsonElement parameters = RivalCases.Parameters("divprune", file);
        int keep = parameters.GetProperty("keep").GetInt32();
        Assert.Equal(keep, (int)Math.Round(parameters.GetProperty("ratio").GetDouble() * shape[0]));

        PruningOptions options = new() { Keep = KeepBudget.Tokens(keep), Selection = SelectionMethod.DivPrune };
        VisualTokenPruner pruner = new(FakeProjector.Identity(shape[1]), options, null, TokenKernels.Find(set));
        TokenSelection selection = pruner.Prune(golden.Floats("in.tokens"), shape[0]);
        Assert.Equal(golden.Integers("out.selection_order"), selection.SelectionOrder.ToArray());
        Assert.Equal(golden.Integers("out.kept"), selection.KeptIndices.ToArray());
    }
}
