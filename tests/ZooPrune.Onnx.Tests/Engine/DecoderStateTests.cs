using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Onnx.Tests;

/// <summary>What decoders remember: keys and values that grow, in place or not, and states that keep their shape.</summary>
public sealed class DecoderStateTests : IDisposable
{
    private static readonly StateGraph Hybrid = new() { HasConvolution = true, HasRecurrence = true, Mean = Element.Float };
    private static readonly StateGraph Grouped = new() { AttentionLayers = 2 };

    private readonly TestFolder _folder = new();
    private readonly DisposableList<Decoder> _opened = [];

    public static TheoryData<string> Kinds => [.. AllKinds, .. AllKinds.Select(kind => $"{kind}, apart")];

    private static string[] AllKinds => ["hybrid", "half", "states only", "grouped", "grouped, unshared", "grouped hybrid"];

    public void Dispose()
    {
        _opened.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_InParts_IsWhatOnePartGives(string kind)
    {
        Decoder decoder = OpenKind(kind);
        float[] tokens = Tokens(decoder, 9, seed: 1);
        using KvCache none = decoder.CreateCache();
        (float[] expected, KvCache whole) = decoder.Run(tokens, Positions(0, 9), none);
        using var caches = new DisposableList<KvCache> { whole };
        KvCache past = none;
        float[] got = [];
        foreach ((int start, int count) in new[] { (0, 4), (4, 1), (5, 3), (8, 1) })
        {
            (got, past) = decoder.Run(tokens.AsSpan(start * decoder.Width, count * decoder.Width), Positions(start, count), past);
            caches.Add(past);
        }

        Near.Equal(expected, got, 2e-3);
        Assert.Equal((9, 9), (whole.Length, past.Length));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Generate_SequencesOfManyLengths_GivesEachWhatItGetsAlone(string kind)
    {
        Decoder decoder = OpenKind(kind);
        using KvCache none = decoder.CreateCache();
        using KvCache two = decoder.Run(Tokens(decoder, 2, 50), Positions(0, 2), none).Cache;
        using KvCache three = decoder.Run(Tokens(decoder, 3, 60), Positions(0, 3), none).Cache;
        GenerationRequest[] requests =
        [
            Request(decoder, 4, null, 6), Request(decoder, 2, null, 1), Request(decoder, 7, null, 90), Request(decoder, 2, null, 4),
            Request(decoder, 1, two, 8), Request(decoder, 3, three, 5),
            Request(decoder, 3, three, 7, seed: 70), Request(decoder, 3, three, 2),
        ];
        int[][] alone = [.. requests.Select(request => Generate(decoder, request)[0].Ids.ToArray())];

        GeneratedTokens[] together = Generate(decoder, requests);

        Assert.Equal(alone, together.Select(answer => answer.Ids.ToArray()));
        Assert.Equal((2, 3), (two.Length, three.Length));
    }

    [Theory]
    [InlineData("hybrid", false, false)]
    [InlineData("states only", false, false)]
    [InlineData("half", false, true)]
    [InlineData("grouped", true, true)]
    [InlineData("grouped, unshared", false, false)]
    [InlineData("grouped hybrid", true, false)]
    public void Open_Graph_KnowsWhetherItsCacheGrowsInPlaceAndCanBePadded(string kind, bool growsInPlace, bool canPad)
    {
        Decoder decoder = Open(Graph(kind));

        Assert.Equal((growsInPlace, canPad), (decoder.GrowsInPlace, decoder.CanPad));
    }

    [Fact]
    public void Open_States_CountLayersAndBytes()
    {
        Assert.Equal((3, 1, 32L * 4), Sizes(Open(Hybrid)));
        Assert.Equal((2, 1, 2L * 2 * 16 * 4), Sizes(Open(Grouped)));
        Assert.Equal((1, 1, 32L * 2), Sizes(Open(Graph("half"))));
        Assert.Equal((2, null, 0), Sizes(Open(Graph("states only"))));

        static (int, int?, long) Sizes(Decoder decoder) => (decoder.LayerCount, decoder.CacheHeads, decoder.CacheBytesPerToken);
    }

    [Fact]
    public void CreateCache_StateThatKeepsItsShape_IsZeros()
    {
        Decoder decoder = Open(Graph("states only"));
        using KvCache cache = decoder.CreateCache(rows: 3);

        Assert.Equal([3, 32, 2], cache.Values[0].GetTensorTypeAndShape().Shape);
        Assert.Equal([3, 32], cache.Values[1].GetTensorTypeAndShape().Shape);
        Assert.All(cache.Values, value => Assert.All(value.GetTensorDataAsSpan<float>().ToArray(), number => Assert.Equal(0, number)));
    }

    [Fact]
    public void Run_CacheThatGrowsInPlace_GivesWhatTheOtherGives()
    {
        Decoder shared = Open(Grouped);
        Decoder unshared = Open(Grouped with { LooksAtCache = true });
        float[] tokens = Tokens(shared, 100, seed: 5);
        (KvCache inPlace, KvCache copied) = (shared.CreateCache(), unshared.CreateCache());
        int moved = 0;
        nint memory = 0;
        for (int start = 0; start < 100; start += start == 0 ? 10 : 1)
        {
            int count = start == 0 ? 10 : 1;
            ReadOnlySpan<float> next = tokens.AsSpan(start * shared.Width, count * shared.Width);
            (float[] expected, KvCache longer) = unshared.Run(next, Positions(start, count), copied);
            (float[] got, KvCache same) = shared.Run(next, Positions(start, count), inPlace);
            copied.Dispose();
            inPlace.Dispose();
            (copied, inPlace) = (longer, same);
            Near.Equal(expected, got, 1e-5);
            moved += Address(inPlace) == memory ? 0 : 1;
            memory = Address(inPlace);
        }

        // Made for the prompt; with room for 64 tokens more at 11, and again at 76.
        Assert.Equal((100, 140, 3), (inPlace.Length, inPlace.Capacity, moved));
        Assert.Equal(100, copied.Capacity);
        copied.Dispose();
        inPlace.Dispose();
    }

    [Fact]
    public void Run_WithRoom_IsNeverMoved()
    {
        Decoder decoder = Open(Grouped);
        KvCache cache = decoder.CreateCache();
        var addresses = new HashSet<nint>();
        for (int start = 0; start < 100; start++)
        {
            (_, KvCache next) = decoder.Run(Tokens(decoder, 1, start), [start], cache, room: 99);
            cache.Dispose();
            cache = next;
            addresses.Add(Address(cache));
        }

        cache.Dispose();
        Assert.Single(addresses);
    }

    [Fact]
    public async Task Run_SeveralAfterOneCache_LeavesItAsItIs()
    {
        Decoder decoder = Open(Grouped);
        using KvCache none = decoder.CreateCache();
        using KvCache prefix = decoder.Run(Tokens(decoder, 5, 1), Positions(0, 5), none, room: 50).Cache;
        Assert.Equal(55, prefix.Capacity);
        GenerationRequest[] requests = [.. Enumerable.Range(0, 8).Select(i => Request(decoder, 3, prefix, 40, seed: 10 + i))];
        using KvCache own = KvCache.Stack([new CacheRow(prefix, 0)]);
        int[][] expected = [.. requests.Select(request => Generate(decoder, request with { Past = own })[0].Ids.ToArray())];

        int[][] got = await Task.WhenAll(requests.Select(request => Task.Run(() => Generate(decoder, request)[0].Ids.ToArray())));

        Assert.Equal(expected, got);
        Assert.Equal(expected, requests.Select(request => Generate(decoder, request)[0].Ids.ToArray()));
        using KvCache after = KvCache.Stack([new CacheRow(prefix, 0)]);
        Assert.Equal(own.Values[0].GetTensorDataAsSpan<float>().ToArray(), after.Values[0].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public void Run_AfterOneThatFailed_IsRight()
    {
        Decoder decoder = Open(Grouped with { MostPositions = 16 });
        using KvCache none = decoder.CreateCache();
        using KvCache prefix = decoder.Run(Tokens(decoder, 10, 1), Positions(0, 10), none, room: 30).Cache;
        (float[] expected, KvCache longer) = decoder.Run(Tokens(decoder, 2, 2), Positions(10, 2), prefix);
        longer.Dispose();

        // More than the rotary tables have.
        Assert.Throws<ZooPruneException>(() => decoder.Run(Tokens(decoder, 20, 3), Positions(10, 20), prefix));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => decoder.Run(Tokens(decoder, 2, 4), Positions(10, 2), prefix, source.Token));

        (float[] got, KvCache again) = decoder.Run(Tokens(decoder, 2, 2), Positions(10, 2), prefix);
        again.Dispose();
        Near.Equal(expected, got, 1e-6);
    }

    [Fact]
    public void Stack_CacheThatGrowsInPlace_PadsTheShorterOnesAtTheEnd()
    {
        Decoder decoder = Open(Grouped);
        using KvCache none = decoder.CreateCache();
        using KvCache two = decoder.Run(Tokens(decoder, 2, 3), Positions(0, 2), none, room: 5).Cache;
        using KvCache three = decoder.Run(Tokens(decoder, 3, 4), Positions(0, 3), none).Cache;

        using KvCache stacked = KvCache.Stack([new(two, 0), new(three, 0)], room: 1);
        using KvCache again = KvCache.Stack([new(stacked, 0)]);

        Assert.Equal((3, 4, 2, 2), (stacked.Length, stacked.Capacity, again.Length, again.Capacity));
        Assert.Equal([1, 0], stacked.Padding);
        float[] shorter = two.Values[0].GetTensorDataAsSpan<float>()[..32].ToArray();
        Assert.Equal([.. shorter, .. new float[32], .. three.Values[0].GetTensorDataAsSpan<float>(), .. new float[16]],
            stacked.Values[0].GetTensorDataAsSpan<float>().ToArray());
        Assert.Equal(shorter, again.Values[0].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public void Open_StateOfOpenSize_SaysWhich()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Hybrid.Build());
        model.Graph.Input.Add(Value("past_other.4", Element.Float, "batch", "open", "2"));
        model.Graph.Output.Add(Value("present_other.4", Element.Float, "batch", "open", "2"));
        model.Graph.Node.Add(Operation("Identity", ["past_other.4"], "present_other.4"));
        string path = _folder.Write("open.onnx", Google.Protobuf.MessageExtensions.ToByteArray(model));

        Assert.Equal(
            $"Graph '{path}': 'past_other.4' has the shape [?, ?, 2]. It needs a number as dimension 1; export the graph again.",
            Assert.Throws<ZooPruneException>(() => Decoder.Open(path, settings: 1)).Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Generate_One_BringsOnlyLogitsOfTheLastTokenToTheHost(string kind)
    {
        Decoder decoder = OpenKind(kind);
        const int Steps = 90;
        GenerationRequest request = Request(decoder, 7, null, Steps);
        Embedder(decoder);

        HostReads.Counter counter = HostReads.Count();
        Generate(decoder, request);

        Assert.Equal(Steps * decoder.VocabularySize * sizeof(float), counter.Bytes);
    }

    [Theory]
    [InlineData("grouped, apart")]
    [InlineData("grouped hybrid, apart")]
    [InlineData("hybrid, apart")]
    public void Generate_RowsApart_BringsOnlyLogitsToTheHost(string kind)
    {
        Decoder decoder = OpenKind(kind);
        _ = decoder.CanPad;
        GenerationRequest[] requests = [Request(decoder, 4, null, 6), Request(decoder, 2, null, 9), Request(decoder, 3, null, 2)];
        Embedder(decoder);

        HostReads.Counter counter = HostReads.Count();
        Generate(decoder, requests);

        // Logits of a row and a step; those of steps that a row takes idly beside others included.
        long row = decoder.VocabularySize * sizeof(float);
        Assert.Equal(0, counter.Bytes % row);
        Assert.InRange(counter.Bytes / row, 6 + 9 + 2, 3 * 9);
    }

    [Fact]
    public void Run_ValuesThatStayOnTheDevice_GiveWhatTheHostsGive()
    {
        using var files = new TinyModel();
        using VisionEncoder encoder = VisionEncoder.Open(GraphSession.Open(files.Path("onnx/vision_encoder.onnx"), 1), null, null);
        using GraphSession projector = GraphSession.Open(files.Path("onnx/projector.onnx"), 1);
        using Decoder decoder = Decoder.Open(files.Path("onnx/decoder_model_merged.onnx"), settings: 1, isApart: true);
        using KvCache none = decoder.CreateCache();
        (string input, string output) = (projector.Inputs.Keys.Single(), projector.Outputs.Keys.Single());
        float[] tokens = encoder.Encode([TinyModel.Image()])[0];
        (float[] projected, _) = GraphRun.File(
            files.Path("onnx/projector.onnx"), (input, GraphRun.Tensor(tokens, 1, TinyModel.Tokens, TinyModel.EncoderWidth)));
        (float[] expected, KvCache cache) = decoder.Run(projected, Positions(0, TinyModel.Tokens), none);
        cache.Dispose();

        HostReads.Counter counter = HostReads.Count();
        using OrtValue visualTokens = encoder.EncodeInPlace([TinyModel.Image()])!;
        using IDisposableReadOnlyCollection<OrtValue> kept = projector.Run([(input, visualTokens)], [new OutputPlace(output)]);
        (float[] got, cache) = decoder.Run(kept[0], Positions(0, TinyModel.Tokens), none, room: 0);
        cache.Dispose();

        Assert.Equal(expected, got);
        Assert.Equal(TinyModel.Vocabulary * sizeof(float), counter.Bytes);
    }

    [Fact]
    public void Sources_ReadTensors_WhereItIsCounted()
    {
        // What is written to is no look at a result.
        string[] readers = ["GetTensorDataAsSpan", "GetTensorDataAsTensorSpan", "GetTensorMutableRawData"];
        string engine = Path.Combine(TestPaths.Root, "src", "ZooPrune.Onnx", "Engine");

        string[] found =
        [
            .. Directory.EnumerateFiles(engine, "*.cs", SearchOption.AllDirectories)
                .SelectMany(file => File.ReadLines(file).Where(line => readers.Any(line.Contains)).Select(line => line.Trim())),
        ];

        Assert.Equal(["value.GetTensorMutableRawData().Clear();", "Span<byte> all = value.GetTensorMutableRawData();"], found);
    }

    private static StateGraph Graph(string kind) => kind switch
    {
        "hybrid" => Hybrid,
        "half" => new StateGraph { Mean = Element.Float16 },
        "states only" => Hybrid with { Mean = null },
        "grouped" => Grouped,
        "grouped, unshared" => Grouped with { LooksAtCache = true },
        _ => Grouped with { HasConvolution = true, HasRecurrence = true },
    };

    private Decoder OpenKind(string kind) => Open(Graph(kind.Replace(", apart", "")), isApart: kind.EndsWith(", apart"));

    private Decoder Open(StateGraph graph, bool isApart = false)
    {
        string path = _folder.Write($"{_opened.Count}.onnx", graph.Build());
        _opened.Add(Decoder.Open(path, settings: 1, isApart: isApart));
        return _opened[^1];
    }

    private static unsafe nint Address(KvCache cache)
    {
        fixed (byte* start = cache.Values[0].GetTensorMutableRawData())
        {
            return (nint)start;
        }
    }

    private static long[] Positions(int start, int count) => [.. Enumerable.Range(start, count).Select(i => (long)i)];

    private static float[] Tokens(Decoder decoder, int count, int seed) => Near.Random(count * decoder.Width, seed);

    private static GenerationRequest Request(Decoder decoder, int length, KvCache? past, int most, int seed = 20) => new(
        new DecoderInput(
            Tokens(decoder, length, seed + length), Positions(past?.Length ?? 0, length), (past?.Length ?? 0) + length, length),
        past,
        new TokenSampler(new GenerationOptions(), ""),
        most);

    private GeneratedTokens[] Generate(Decoder decoder, params GenerationRequest[] requests) =>
        new TextGenerator(Embedder(decoder), decoder, []).Generate(requests, Stopwatch.GetTimestamp());

    private TokenEmbedder? _embedder;

    private TokenEmbedder Embedder(Decoder decoder)
    {
        if (_embedder is null)
        {
            var graph = new OnnxGraphBuilder("embedding");
            string ids = graph.Input("input_ids", Element.Int64, "batch", "length");
            string table = graph.Constant(Near.Random(decoder.VocabularySize * decoder.Width, 2), decoder.VocabularySize, decoder.Width);
            graph.Node("Gather", "", [table, ids], "inputs_embeds");
            graph.Output("inputs_embeds", Element.Float, "batch", "length", $"{decoder.Width}");
            _embedder = TokenEmbedder.Open(_folder.Write("embed.onnx", graph.Build()));
        }

        return _embedder;
    }
}
