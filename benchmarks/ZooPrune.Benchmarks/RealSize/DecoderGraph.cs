using Google.Protobuf;
using ZooPrune.Onnx;
using static ZooPrune.Onnx.Graphs.OnnxGraphBuilder;

namespace ZooPrune.Benchmarks;

/// <summary>
/// A decoder with random weights and the operators that exports for ONNX Runtime have: GroupQueryAttention with rotary positions
/// inside, SkipSimplifiedLayerNormalization, MatMul or MatMulNBits, logits of all tokens.
/// </summary>
/// <remarks>Queries and keys are so large that attention looks at few tokens: a wrong cache changes the answer.</remarks>
internal sealed class DecoderGraph
{
    private const int BlockSize = 32;
    private const int OperatorSet = 17;
    private const int IrVersion = 8;

    // Standard deviation of a 4-bit number from 0 to 15.
    private const float NibbleDeviation = 4.61f;

    private readonly DecoderShape _shape;
    private readonly WeightFormat _format;
    private readonly WeightsFile _weights;
    private readonly GraphProto _graph = new() { Name = "decoder" };

    private DecoderGraph(DecoderShape shape, WeightFormat format, WeightsFile weights)
    {
        (_shape, _format, _weights) = (shape, format, weights);
        Embeddings = weights.Random("embed_tokens", 1, shape.Vocabulary, shape.Width);
        Build();
    }

    /// <summary>[vocabulary, H].</summary>
    public TensorProto Embeddings { get; }

    /// <summary>Writes the weights.</summary>
    public static DecoderGraph Create(DecoderShape shape, WeightFormat format, WeightsFile weights) => new(shape, format, weights);

    /// <summary>Token ids to embeddings.</summary>
    public void WriteEmbeddings(string path)
    {
        var graph = new GraphProto { Name = "embed_tokens" };
        Embed(graph);
        graph.Output.Add(Value("inputs_embeds", _weights.FloatType, "batch", "length", $"{_shape.Width}"));
        Write(graph, path);
    }

    /// <summary>Embeddings to logits.</summary>
    public void WriteDecoder(string path) => Write(_graph, path);

    /// <summary>The same with the embedding in front: token ids to logits.</summary>
    public void WriteWhole(string path)
    {
        GraphProto graph = _graph.Clone();
        graph.Input.RemoveAt(0);
        Embed(graph);
        Write(graph, path);
    }

    private void Embed(GraphProto graph)
    {
        graph.Initializer.Add(Embeddings);
        graph.Input.Insert(0, Value("input_ids", Element.Int64, "batch", "length"));
        graph.Node.Insert(0, Operation("Gather", [Embeddings.Name, "input_ids"], "inputs_embeds"));
    }

    private static void Write(GraphProto graph, string path)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "ZooPrune", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = MicrosoftDomain, Version = 1 });
        File.WriteAllBytes(path, model.ToByteArray());
    }

    private void Build()
    {
        _graph.Input.Add(Value("inputs_embeds", _weights.FloatType, "batch", "length", $"{_shape.Width}"));
        _graph.Input.Add(Value("attention_mask", Element.Int64, "batch", "total"));
        _graph.Output.Add(Value("logits", _weights.FloatType, "batch", "length", $"{_shape.Vocabulary}"));
        Lengths();
        Rotations();

        string residual = "inputs_embeds";
        string normed = Node("SimplifiedLayerNormalization", "", [residual, Norm("norm0")], "normed0", [("axis", -1), ("epsilon", 1e-6f)]);
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            string attended = Attention(layer, normed);
            (normed, residual) = SkipNorm($"l{layer}.mlp_norm", residual, attended);
            string mixed = Mlp(layer, normed);
            (normed, residual) = SkipNorm($"l{layer}.next_norm", residual, mixed);
        }

        Linear("lm_head", normed, _shape.Width, _shape.Vocabulary, 1, "logits");
    }

    /// <summary>Lengths as GroupQueryAttention wants them, from the attention mask.</summary>
    private void Lengths()
    {
        _graph.Initializer.Add(Int64("one", 1, [1]));
        _graph.Initializer.Add(Int64("second", 1, []));
        Node("ReduceSum", "", ["attention_mask", "one"], "mask_sum", [("keepdims", 0)]);
        Node("Sub", "", ["mask_sum", "one"], "last_position", []);
        Node("Cast", "", ["last_position"], "seqlens_k", [("to", (int)Element.Int32)]);
        Node("Shape", "", ["attention_mask"], "mask_shape", []);
        Node("Gather", "", ["mask_shape", "second"], "total_length", []);
        Node("Cast", "", ["total_length"], "total_sequence_length", [("to", (int)Element.Int32)]);
    }

    private void Rotations()
    {
        int half = _shape.HeadWidth / 2;
        float[] cosines = new float[DecoderShape.MaxPositions * half];
        float[] sines = new float[cosines.Length];
        for (int i = 0; i < cosines.Length; i++)
        {
            double angle = i / half * Math.Pow(1e6, -(double)(i % half) / half);
            (sines[i], cosines[i]) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
        }

        foreach ((string name, float[] values) in new[] { ("cos_cache", cosines), ("sin_cache", sines) })
        {
            _graph.Initializer.Add(Tensor(_weights.FloatType, _weights.Bytes(values), [DecoderShape.MaxPositions, half], name));
        }
    }

    private string Attention(int layer, string x)
    {
        int cacheWidth = _shape.CacheHeads * _shape.HeadWidth;
        string name = $"l{layer}.attn";
        string query = Biased($"{name}.q", x, _shape.Width, 2);
        string key = Biased($"{name}.k", x, cacheWidth, 2);
        string value = Biased($"{name}.v", x, cacheWidth, 1);
        string[] past = [$"past_key_values.{layer}.key", $"past_key_values.{layer}.value"];
        string[] present = [$"present.{layer}.key", $"present.{layer}.value"];
        var node = new NodeProto { OpType = "GroupQueryAttention", Domain = MicrosoftDomain, Name = name };
        node.Input.Add([query, key, value, .. past, "seqlens_k", "total_sequence_length", "cos_cache", "sin_cache"]);
        node.Output.Add([$"{name}.out", .. present]);
        float scale = 1 / MathF.Sqrt(_shape.HeadWidth);
        Attributes(node, [("num_heads", _shape.Heads), ("kv_num_heads", _shape.CacheHeads), ("do_rotary", 1), ("scale", scale)]);
        _graph.Node.Add(node);
        string[] sides = ["batch", $"{_shape.CacheHeads}", "past", $"{_shape.HeadWidth}"];
        _graph.Input.Add(past.Select(input => Value(input, _weights.FloatType, sides)));
        _graph.Output.Add(present.Select(output => Value(output, _weights.FloatType, [sides[0], sides[1], "total", sides[3]])));
        return Linear($"{name}.o", $"{name}.out", _shape.Width, _shape.Width, 1);
    }

    private string Mlp(int layer, string x)
    {
        string name = $"l{layer}.mlp";
        string gate = Linear($"{name}.gate", x, _shape.Width, _shape.HiddenWidth, 1);
        string up = Linear($"{name}.up", x, _shape.Width, _shape.HiddenWidth, 1);
        string sigmoid = Node("Sigmoid", "", [gate], $"{name}.sigmoid", []);
        string swish = Node("Mul", "", [gate, sigmoid], $"{name}.swish", []);
        return Linear($"{name}.down", Node("Mul", "", [swish, up], $"{name}.hidden", []), _shape.HiddenWidth, _shape.Width, 1);
    }

    /// <summary>(norm(x + y), x + y).</summary>
    private (string Normed, string Sum) SkipNorm(string name, string x, string y)
    {
        var node = new NodeProto { OpType = "SkipSimplifiedLayerNormalization", Domain = MicrosoftDomain, Name = name };
        node.Input.Add([x, y, Norm($"{name}.weight")]);
        node.Output.Add([$"{name}.normed", "", "", $"{name}.sum"]);
        Attributes(node, [("epsilon", 1e-6f)]);
        _graph.Node.Add(node);
        return ($"{name}.normed", $"{name}.sum");
    }

    private string Norm(string name) => Added(_weights.Filled(name, 1, _shape.Width));

    private string Biased(string name, string x, int outputWidth, float gain)
    {
        string product = Linear(name, x, _shape.Width, outputWidth, gain);
        return Node("Add", "", [product, Added(_weights.Random($"{name}.bias", 0.1f, outputWidth))], $"{name}.biased", []);
    }

    /// <summary>x W, whose values are about <paramref name="gain"/> times those of x.</summary>
    private string Linear(string name, string x, int inputWidth, int outputWidth, float gain, string? output = null)
    {
        output ??= $"{name}.product";
        float deviation = gain / MathF.Sqrt(inputWidth);
        if (_format != WeightFormat.Q4)
        {
            return Node("MatMul", "", [x, Added(_weights.Random($"{name}.weight", deviation, inputWidth, outputWidth))], output, []);
        }

        int blocks = inputWidth / BlockSize;
        string packed = Added(_weights.RandomBytes($"{name}.weight_q4", outputWidth, blocks, BlockSize / 2));
        string scales = Added(_weights.Filled($"{name}.scales", deviation / NibbleDeviation, outputWidth * (long)blocks));
        return Node("MatMulNBits", MicrosoftDomain, [x, packed, scales], output, [
            ("K", inputWidth), ("N", outputWidth), ("bits", 4), ("block_size", BlockSize), ("accuracy_level", 4)]);
    }

    private string Added(TensorProto tensor)
    {
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string Node(
        string operatorName, string domain, ReadOnlySpan<string> inputs, string output, ReadOnlySpan<(string, object)> attributes)
    {
        var node = new NodeProto { OpType = operatorName, Domain = domain, Name = output };
        node.Input.Add(inputs.ToArray());
        node.Output.Add(output);
        Attributes(node, attributes);
        _graph.Node.Add(node);
        return output;
    }

    private static void Attributes(NodeProto node, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        foreach ((string name, object value) in attributes)
        {
            node.Attribute.Add(value is float single
                ? new AttributeProto { Name = name, Type = AttributeType.Float, F = single }
                : new AttributeProto { Name = name, Type = AttributeType.Int, I = (int)value });
        }
    }

    private static TensorProto Int64(string name, long value, ReadOnlySpan<long> dimensions) =>
        Tensor(Element.Int64, BitConverter.GetBytes(value), dimensions, name);
}
