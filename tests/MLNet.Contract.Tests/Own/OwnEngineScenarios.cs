using Microsoft.ML;
using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: prediction engines; the texts are the genuine packages' answers.</summary>
public static class OwnEngineScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        Engine_SchemaDefinitions,
        Engine_InputSchema,
        Engine_OverAnEmptyChain,
        Engine_ArraysBuffersAndText,
        Engine_OptionsAndNulls,
        Engine_OverCustomMapping,
        Engine_PositionsAndIds);

    private static string Engine_SchemaDefinitions()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var input = SchemaDefinition.Create(typeof(OnlyP));
        input["P"].ColumnName = "X";
        var output = SchemaDefinition.Create(typeof(OnlyZ));
        output["Z"].ColumnName = "Y";
        var stage = new DoublingTransformer(new("A", "X", "Y"), new Journal());
        using var engine = ml.Model.CreatePredictionEngine<OnlyP, OnlyZ>(stage, inputSchemaDefinition: input, outputSchemaDefinition: output);
        t.Schema(engine.OutputSchema);
        t.Line($"Z {Kit.Text(engine.Predict(new OnlyP { P = 3 }).Z)}");
        return t.ToString();
    }

    private static string Engine_InputSchema()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var stage = new DoublingTransformer(new("A", "X", "Y"), new Journal());
        var schema = ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema;
        using (var engine = ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage, schema))
        {
            t.Schema(engine.OutputSchema);
            t.Line($"Y {Kit.Text(engine.Predict(new Number { X = 3 }).Y)}");
        }

        t.Throws("output column missing", () => ml.Model.CreatePredictionEngine<Number, OnlyZ>(stage, schema));
        t.Throws("null schema", () => ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage, (DataViewSchema)null!));
        var wide = ml.Data.LoadFromEnumerable(new[] { new NumberAndP() }).Schema;
        t.Throws("schema with further columns", () => ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage, wide));
        var narrow = ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema;
        t.Throws("class with further columns", () =>
        {
            using var engine = ml.Model.CreatePredictionEngine<NumberAndP, NumberAndY>(stage, narrow);
            t.Schema(engine.OutputSchema);
        });
        return t.ToString();
    }

    private static string Engine_OverAnEmptyChain()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using var engine = ml.Model.CreatePredictionEngine<NumberAndP, Number>(new TransformerChain<ITransformer>());
        t.Schema(engine.OutputSchema);
        t.Line($"X {Kit.Text(engine.Predict(new NumberAndP { X = 3 }).X)}");
        return t.ToString();
    }

    private static string Engine_ArraysBuffersAndText()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        using (var engine = ml.Model.CreatePredictionEngine<BufferX, FreeX>(new TransformerChain<ITransformer>()))
        {
            var result = engine.Predict(new BufferX { X = new(3, 1, [5f], [1]) });
            float[] first = result.X;
            t.Line(Kit.Text(result.X));
            engine.Predict(new BufferX { X = new(3, [7f, 8f, 9f]) }, ref result);
            t.Line($"{Kit.Text(result.X)}, same array {Kit.Text(ReferenceEquals(first, result.X))}");
            engine.Predict(new BufferX { X = new(2, [1f, 2f]) }, ref result);
            t.Line($"{Kit.Text(result.X)}, same array {Kit.Text(ReferenceEquals(first, result.X))}");
            first = result.X;
            engine.Predict(new BufferX { X = new(2, 1, [5f], [1]) }, ref result);
            t.Line($"sparse again {Kit.Text(result.X)}, same array {Kit.Text(ReferenceEquals(first, result.X))}");
            engine.Predict(new BufferX(), ref result);
            t.Line(Kit.Text(result.X));
            result.X = null!;
            engine.Predict(new BufferX(), ref result);
            t.Line($"empty into null {Kit.Text(result.X)}");
        }

        using (var engine = ml.Model.CreatePredictionEngine<Words, Words>(new TransformerChain<ITransformer>()))
        {
            var words = engine.Predict(new Words { W = ["a", null!] });
            string[] first = words.W;
            engine.Predict(new Words { W = ["b", "c"] }, ref words);
            t.Line($"{Kit.Text(words.W)}, same array {Kit.Text(ReferenceEquals(first, words.W))}");
        }

        using (var engine = ml.Model.CreatePredictionEngine<Number, PrefilledArray>(new TransformerChain<ITransformer>()))
        {
            t.Line($"a member without a column keeps {Kit.Text(engine.Predict(new Number { X = 1 }).Pair)}");
        }

        return t.ToString();
    }

    private static string Engine_OptionsAndNulls()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var stage = new DoublingTransformer(new("A", "X", "Y"), new Journal());
        t.Throws("null options", () => ml.Model.CreatePredictionEngine<Number, NumberAndY>(stage, (PredictionEngineOptions)null!));
        t.Throws("null transformer with options",
            () => ml.Model.CreatePredictionEngine<Number, NumberAndY>(null!, new PredictionEngineOptions()));
        t.Throws("null transformer with a schema",
            () => ml.Model.CreatePredictionEngine<Number, NumberAndY>(null!, ml.Data.LoadFromEnumerable(Kit.Numbers(1)).Schema));
        t.Throws("missing column that counts",
            () => ml.Model.CreatePredictionEngine<Number, OnlyZ>(stage, new PredictionEngineOptions { IgnoreMissingColumns = false }));
        t.Throws("output of another type", () => ml.Model.CreatePredictionEngine<Number, IntX>(stage));
        var options = new PredictionEngineOptions();
        t.Line($"definitions are null {Kit.Text(options.InputSchemaDefinition is null && options.OutputSchemaDefinition is null)}");
        t.Throws("unsupported input member", () => ml.Model.CreatePredictionEngine<WithObject, NumberAndY>(stage));
        return t.ToString();
    }

    private static string Engine_OverCustomMapping()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var loaded = ml.Data.LoadFromEnumerable(Kit.Numbers(1));
        int calls = 0;
        var model = ml.Transforms.CustomMapping<Number, TwoOutputs>((i, o) =>
        {
            calls++;
            o.P = i.X;
            o.Q += 1;
        }, null).Append(ml.Transforms.CopyColumns("Y", "Q")).Fit(loaded);
        using var engine = ml.Model.CreatePredictionEngine<Number, NumberAndY>(model);
        for (int i = 0; i < 3; i++)
        {
            var result = engine.Predict(new Number { X = i });
            t.Line($"X {Kit.Text(result.X)}, Y {Kit.Text(result.Y)}, calls {calls}");
        }

        return t.ToString();
    }

    private static string Engine_PositionsAndIds()
    {
        var t = new Transcript();
        var ml = new MLContext(1);
        var spy = new SpyTransformer(t);
        using var engine = ml.Model.CreatePredictionEngine<Number, Number>(spy);
        engine.Predict(new Number { X = 1 });
        engine.Predict(new Number { X = 2 });
        return t.ToString();
    }

    /// <summary>Changes nothing and writes down on what row it is read.</summary>
    private sealed class SpyTransformer(Transcript t) : ITransformer
    {
        public bool IsRowToRowMapper => true;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(t, inputSchema);

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

        private sealed class Mapper(Transcript t, DataViewSchema schema) : IRowToRowMapper
        {
            public DataViewSchema InputSchema => schema;

            public DataViewSchema OutputSchema => schema;

            public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => dependingColumns;

            public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
            {
                t.Line($"made at position {input.Position}, batch {input.Batch}, active {Kit.Text(input.IsColumnActive(schema[0]))}");
                var getId = input.GetIdGetter();
                DataViewRowId id = default;
                t.Throws("id there", () => getId(ref id));
                t.Throws("wrong type", () => input.GetGetter<int>(schema[0]));
                return new Row(t, input);
            }
        }

        private sealed class Row(Transcript t, DataViewRow input) : DataViewRow
        {
            public override DataViewSchema Schema => input.Schema;

            public override long Position => input.Position;

            public override long Batch => input.Batch;

            public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

            public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            {
                var get = input.GetGetter<TValue>(column);
                return (ref TValue value) =>
                {
                    get(ref value);
                    DataViewRowId id = default;
                    input.GetIdGetter()(ref id);
                    t.Line($"read {Kit.Text(value)} at position {input.Position}, id {id}");
                };
            }
        }
    }
}
