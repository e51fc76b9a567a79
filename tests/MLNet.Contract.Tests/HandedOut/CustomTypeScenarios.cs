using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Handed-out scenarios: a column type of one's own.</summary>
public static class CustomTypeScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        CustomType_RegistrationAndRoundTrip);

    private static string CustomType_RegistrationAndRoundTrip()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(new[] { new TokensRow { Tok = new Tokens([1, 2, 3]) } });
        t.Schema(view.Schema);
        foreach (var row in ml.Data.CreateEnumerable<TokensRow>(view, false))
            t.Line($"values {Kit.Text(row.Tok!.Values)}");
        var back = new TokenizingTransformer().Transform(ml.Data.LoadFromEnumerable(Kit.Numbers(2)));
        t.Schema(back.Schema);
        foreach (var row in ml.Data.CreateEnumerable<TokensRow>(back, false))
            t.Line($"values {Kit.Text(row.Tok!.Values)}");
        var mapped = ml.Transforms.CustomMapping<TokensRow, Number>((i, o) => o.X = i.Tok!.Values.Sum(), null).Fit(back).Transform(back);
        t.Line("through CustomMapping " + Kit.Text(mapped.GetColumn<float>("X")));
        t.Throws("member of another size", () => _ = ml.Data.CreateEnumerable<OtherTokensRow>(back, false).First());
        t.Throws("member without the attribute", () => _ = ml.Data.LoadFromEnumerable(new[] { new UndeclaredRow() }));
        t.Throws("registered again, same object", () => DataViewTypeManager.Register(TokensType.Of(3), typeof(Tokens), new TokensAttribute(3)));
        t.Throws("registered again, equal object", () => DataViewTypeManager.Register(TokensType.Copy(3), typeof(Tokens), new TokensAttribute(3)));
        t.Throws("registered again, another type", () => DataViewTypeManager.Register(TokensType.Of(4), typeof(Tokens), new TokensAttribute(3)));
        t.Throws("type that the raw type does not fit", () => DataViewTypeManager.Register(TokensType.Of(9), typeof(string), new TokensAttribute(9)));
        return t.ToString();
    }
}
