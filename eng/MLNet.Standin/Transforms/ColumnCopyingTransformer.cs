using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Adds a column which is another one under a new name.</summary>
public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal ColumnCopyingTransformer(string output, string input)
    {
        Output = output;
        Input = input;
    }

    internal string Output { get; }

    internal string Input { get; }

    internal static ColumnCopyingTransformer Read(BinaryReader reader) => new(reader.ReadString(), reader.ReadString());

    private protected override void Write(ModelSaveContext context)
    {
        var writer = context.Begin(nameof(ColumnCopyingTransformer));
        writer.Write(Output);
        writer.Write(Input);
    }

    private protected override IAddedColumns Bind(DataViewSchema inputSchema)
    {
        var source = inputSchema.Require(Input, _ => true, "a column");
        var copy = new DataViewSchema.DetachedColumn(Output, source.Type, source.Annotations);
        return new OneToOne(copy, source, row => new AddedValues([RowGetters.Of(row, source)]));
    }
}
