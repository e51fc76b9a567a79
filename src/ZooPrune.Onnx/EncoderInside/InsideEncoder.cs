using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.EncoderInside;

/// <summary>
/// The vision encoder once more, with what its attention says among the outputs. Loaded when a method first asks for it, from the files as
/// they are then. Thread-safe.
/// </summary>
internal sealed class InsideEncoder(ModelFolder files, GraphSettings settings, VisionEncoder encoder) : IDisposable
{
    private const string PixelValues = "pixel_values";

    private readonly Lock _lock = new();
    private GraphSession? _session;
    private string _tokens = "";
    private int _moves;

    /// <summary>Visual tokens of an image and what the attention says about them, in one run (one for each tile where the graph takes
    /// no batches).</summary>
    /// <returns>X, row-major [tiles x N, D], and as many tokens' attention.</returns>
    /// <exception cref="ZooPruneException">The attention is not found, ONNX Runtime failed, or a value is NaN or infinite.</exception>
    public (float[] Tokens, EncoderAttention Attention) Encode(PreparedImage image, CancellationToken cancellation)
    {
        GraphSession session = Open();
        Part[] parts = encoder.TakesPatches || encoder.CanBatch
            ? [Run(session, image, 0, VisionEncoder.TilesOf(image), cancellation)]
            : [.. Enumerable.Range(0, VisionEncoder.TilesOf(image)).Select(tile => Run(session, image, tile, 1, cancellation))];
        float[] tokens = [.. parts.SelectMany(part => part.Tokens)];
        encoder.Check(tokens);
        return (tokens, new EncoderAttention(Join(part => part.Last))
        {
            FirstLayer = Join(part => part.First),
            Joined = Join(part => part.Joined),
            Keys = Join(part => part.Keys),
            KeyHeads = parts[0].Heads,
        });

        float[] Join(Func<Part, float[]> values) => parts is [var only] ? values(only) : [.. parts.SelectMany(values)];
    }

    public void Dispose() => _session?.Dispose();

    /// <summary>Loads the graph, once.</summary>
    /// <exception cref="ZooPruneException">The attention is not found, or the graph cannot be loaded.</exception>
    public GraphSession Open()
    {
        lock (_lock)
        {
            if (_session is not null)
            {
                return _session;
            }

            try
            {
                (ConstantFolder constants, string folder) = VisionEncoderSplitter.EncoderOf(files);
                OnnxGraph graph = constants.Order.Graph;
                _tokens = graph.Outputs[0].Name;
                (ModelProto model, _moves) = AttentionWriter.Write(graph, constants, encoder.TakesPatches, out string problem)
                    ?? throw Throw.AttentionNotFound(files.VisionEncoder, problem);
                return _session = GraphSession.OpenPart(files.VisionEncoder, model.ToByteArray(), settings, folder);
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw Throw.GraphUnreadable(files.VisionEncoder, exception);
            }
        }
    }

    private unsafe Part Run(GraphSession session, PreparedImage image, int firstTile, int tiles, CancellationToken cancellation)
    {
        string? grid = session.Inputs.Keys.FirstOrDefault(name => name != PixelValues);
        if (grid is not null)
        {
            encoder.CheckPatches?.Invoke(image.Shape[0]);
        }

        long[] sizes = [.. (image.GridThw ?? []).Select(size => (long)size)];
        int tile = image.PixelValues.Length / (grid is null ? VisionEncoder.TilesOf(image) : 1);
        long[] shape = [grid is null ? tiles : image.Shape[0], .. image.Shape.Skip(1).Select(size => (long)size)];
        ReadOnlyMemory<float> values = image.PixelValues.Slice(firstTile * tile, grid is null ? tiles * tile : tile);
        fixed (float* pixels = values.Span)
        fixed (long* measures = sizes)
        {
            using OrtValue input = FloatTensors.Create(
                session.Inputs[PixelValues].ElementDataType, pixels, values.Length, shape);
            using OrtValue? gridValue = grid is null ? null : GraphSession.View(measures, 1, sizes.Length);
            List<(string, OrtValue)> inputs = [(PixelValues, input)];
            if (gridValue is not null)
            {
                inputs.Add((grid!, gridValue));
            }

            string[] names =
            [
                _tokens, InsideOutput.LastRow, InsideOutput.LastReceived, InsideOutput.FirstRow, InsideOutput.FirstReceived,
                InsideOutput.JoinedRow, InsideOutput.JoinedReceived, InsideOutput.Keys,
                .. Enumerable.Range(0, _moves).Select(move => $"{InsideOutput.Order}{move}"),
            ];
            try
            {
                using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
                    inputs, [.. names.Select(name => new OutputPlace(name, OnHost: true))], cancellation);
                return Read(names.Zip(outputs).ToDictionary(), grid is null ? tiles : 1);
            }
            catch (OnnxRuntimeException exception)
            {
                throw Throw.GraphFailed(session.Name, "an image, with the attention read", exception);
            }
        }
    }

    /// <summary>Brings what is said about the T rows of each tile to its N visual tokens.</summary>
    private Part Read(Dictionary<string, OrtValue> outputs, int tiles)
    {
        float[] tokens = Values(outputs[_tokens]);
        long[] keyShape = outputs[InsideOutput.Keys].GetTensorTypeAndShape().Shape;
        (int rows, int heads, int width) = ((int)keyShape[1], (int)keyShape[2], (int)keyShape[3]);
        int count = tokens.Length / encoder.Width / tiles;

        // A class token is row 0 and no visual token. Without one a token counts for what it receives; Qwen's is four patches.
        bool hasClassToken = !encoder.TakesPatches && rows == count + 1;
        int group = encoder.TakesPatches ? rows / count : 1;
        if (!hasClassToken && group * count != rows)
        {
            throw Throw.AttentionRows(files.VisionEncoder, rows, count);
        }

        string[] names = hasClassToken
            ? [InsideOutput.LastRow, InsideOutput.FirstRow, InsideOutput.JoinedRow]
            : [InsideOutput.LastReceived, InsideOutput.FirstReceived, InsideOutput.JoinedReceived];
        float[] keys = PerToken(InsideOutput.Keys, heads * width);
        return new Part(tokens, PerToken(names[0], 1), PerToken(names[1], 1), PerToken(names[2], 1), keys, heads);

        float[] PerToken(string name, int size)
        {
            float[] values = Values(outputs[name]);
            float[] perToken = new float[tiles * count * size];
            for (int i = 0; i < perToken.Length; i++)
            {
                (int tile, int token, int element) = (i / size / count, i / size % count, i % size);
                int first = (tile * rows) + (hasClassToken ? 1 : 0) + (token * group);
                double sum = 0;
                for (int patch = 0; patch < group; patch++)
                {
                    sum += values[((first + patch) * size) + element];
                }

                perToken[i] = (float)(sum / group);
            }

            for (int move = 0; move < _moves; move++)
            {
                ReadOnlySpan<long> order = HostReads.Of<long>(outputs[$"{InsideOutput.Order}{move}"], 0, count);
                float[] moved = new float[perToken.Length];
                for (int token = 0; token < count; token++)
                {
                    perToken.AsSpan((int)order[token] * size, size).CopyTo(moved.AsSpan(token * size));
                }

                perToken = moved;
            }

            return perToken;
        }
    }

    private static float[] Values(OrtValue tensor)
    {
        float[] values = new float[tensor.GetTensorTypeAndShape().ElementCount];
        FloatTensors.Read(tensor, 0, values);
        return values;
    }

    private sealed record Part(float[] Tokens, float[] Last, float[] First, float[] Joined, float[] Keys, int Heads);
}
