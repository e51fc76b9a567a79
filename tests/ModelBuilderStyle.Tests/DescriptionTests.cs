using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using ZooPrune.Onnx;

namespace ZooPrune.Samples.Tests;

/// <summary>ShapesVqa.mbconfig describes what the code does.</summary>
public sealed class DescriptionTests
{
    private static readonly JsonElement Description =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ShapesVqa.mbconfig"))).RootElement;

    [Theory]
    [InlineData("Input", typeof(ShapesVqa.ModelInput))]
    [InlineData("Output", typeof(ShapesVqa.ModelOutput))]
    public void Columns_OfTheRowClass_AreThoseDescribed(string part, Type row)
    {
        var code = row.GetProperties()
            .Where(property => property.GetCustomAttribute<NoColumnAttribute>() is null)
            .Select(property => $"{NameOf(property)}: {TypeOf(property.PropertyType)}");
        var described = Description.GetProperty(part).EnumerateArray()
            .Select(column => $"{column.GetProperty("ColumnName")}: {column.GetProperty("DataType")}");

        Assert.Equal(described.Order(), code.Order());
    }

    [Fact]
    public void Pipeline_OfTheCode_HasTheStagesDescribed()
    {
        using var model = VisionLanguageModel.Load(TestModel.Folder);
        var ml = new MLContext(seed: 1);
        ITransformer fitted = ShapesVqa.BuildPipeline(ml, model, KeepBudget.Tokens(ShapesVqa.DefaultKeep))
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<ShapesVqa.ModelInput>()));
        DataViewSchema schema = fitted.GetOutputSchema(ml.Data.LoadFromEnumerable(Array.Empty<ShapesVqa.ModelInput>()).Schema);
        JsonElement[] stages = [.. Description.GetProperty("Pipeline").EnumerateArray()];

        Assert.Equal(
            ["PreprocessImages", "EncodeImages", "PruneVisualTokens", "GenerateText"],
            stages.Select(stage => stage.GetProperty("Stage").GetString()));
        Assert.Equal(ShapesVqa.DefaultKeep, stages[2].GetProperty("Keep").GetInt32());
        Assert.Equal(nameof(SelectionMethod.ZooPrune), stages[2].GetProperty("Selection").GetString());
        Assert.Equal(stages.Length, Assert.IsAssignableFrom<IEnumerable<ITransformer>>(fitted).Count());
        Assert.All(
            Description.GetProperty("Output").EnumerateArray(),
            column => Assert.NotNull(schema.GetColumnOrNull(column.GetProperty("ColumnName").GetString()!)));
    }

    [Fact]
    public void Files_Named_Exist()
    {
        string folder = Description.GetProperty("Model").GetProperty("Folder").GetString()!;
        string questions = Description.GetProperty("Evaluation").GetProperty("Questions").GetString()!;
        string code = Path.Combine(Repository.Root, "samples", "ModelBuilderStyle", "ShapesVqa");

        Assert.True(Directory.Exists(Path.Combine(Repository.Root, folder)));
        Assert.True(File.Exists(Path.Combine(Repository.Root, questions)));
        Assert.All(
            Description.GetProperty("Generated").EnumerateArray(),
            name => Assert.True(File.Exists(Path.Combine(code, name.GetString()!))));
    }

    private static string NameOf(PropertyInfo property) => property.GetCustomAttribute<ColumnNameAttribute>() is null
        ? property.Name
        : (string)property.CustomAttributes.First(attribute => attribute.AttributeType == typeof(ColumnNameAttribute))
            .ConstructorArguments[0].Value!;

    private static string TypeOf(Type type) => type.IsArray ? $"Vector<{type.GetElementType()!.Name}>" : type.Name;
}
