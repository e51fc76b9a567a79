using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Tests;

/// <summary>
/// The whole attention of an encoder's first and last layer, in double precision from the layers' inputs and weights where query and keys
/// are Linear layers (CLIP, SigLIP), and as the graph's Softmax gives it where they are turned as well (Qwen).
/// </summary>
internal sealed class AttentionReference
{
    private readonly string _folder;
    private readonly ModelProto _model;
    private readonly ConstantFolder _constants;

    public AttentionReference(ModelFolder files)
    {
        if (files.Projector is null)
        {
            SplitVisionEncoder split = VisionEncoderSplitter.Split(files.VisionEncoder);
            (_model, _folder) = (OnnxModelReader.Read(split.Encoder), split.Folder);
        }
        else
        {
            (_model, _folder) = (OnnxModelReader.Read(File.ReadAllBytes(files.VisionEncoder)), Path.GetDirectoryName(files.VisionEncoder)!);
        }

        OnnxGraph graph = OnnxGraphReader.Read(_model.ToByteArray());
        _constants = new ConstantFolder(new GraphOrder(graph), new ExternalDataFolder(_folder));
    }

    /// <summary>Attention [heads, T, T] of each tile, mean over heads [T, T].</summary>
    public double[][] MeanOfHeads(PreparedImage image, bool ofFirstLayer, out bool isFromWeights)
    {
        OnnxNode[] layers = [.. _constants.Order.Graph.Nodes.Where(node => node.Operator == "Softmax")];
        OnnxNode softmax = ofFirstLayer ? layers[0] : layers[^1];
        OnnxNode product = _constants.Producer(softmax.Inputs[0])!;
        while (product.Operator != "MatMul")
        {
            product = _constants.Producer(product.Inputs[0])!;
        }

        LinearMatch? query = Linear(product.Inputs[0]);
        LinearMatch? keys = Linear(product.Inputs[1]);
        isFromWeights = query is not null && keys is not null;
        (float[] weights, long[] shape) = Run(image, softmax.Outputs[0]);
        int rows = (int)shape[^1];
        int tiles = image.GridThw is null ? image.Shape[0] : 1;
        int heads = (int)(weights.Length / (long)rows / rows / tiles);
        if (!isFromWeights)
        {
            return
            [
                .. Enumerable.Range(0, tiles).Select(
                    tile => Mean((head, q, k) => weights[(((((tile * heads) + head) * rows) + q) * rows) + k], heads, rows)),
            ];
        }

        (float[] input, _) = Run(image, query!.Input);
        return
        [
            .. Enumerable.Range(0, tiles).Select(tile =>
            {
                double[,,] attention = Attention(input.AsSpan(tile * rows * query.Layer.InputWidth), query.Layer, keys!.Layer, heads, rows);
                return Mean((head, q, k) => attention[head, q, k], heads, rows);
            }),
        ];
    }

    /// <summary>Where the rows of X come from among those of the last layer: found by looking for equal rows.</summary>
    public int[] Moves(PreparedImage image, int width)
    {
        OnnxNode? gather = _constants.Order.Graph.Nodes.LastOrDefault(node => node is { Operator: "Gather", Domain: "" }
            && !_constants.IsConstant(node.Inputs[1]) && _constants.Order.Place(node.Outputs[0]) > _constants.Order.Place(
                _constants.Order.Graph.Nodes.Last(softmax => softmax.Operator == "Softmax").Outputs[0]));
        if (gather is null)
        {
            return [];
        }

        (float[] before, _) = Run(image, gather.Inputs[0]);
        (float[] after, _) = Run(image, gather.Outputs[0]);
        int count = after.Length / width;
        return
        [
            .. Enumerable.Range(0, count).Select(row => Enumerable.Range(0, count).Single(
                from => before.AsSpan(from * width, width).SequenceEqual(after.AsSpan(row * width, width)))),
        ];
    }

    private static double[] Mean(Func<int, int, int, double> attention, int heads, int rows)
    {
        double[] mean = new double[rows * rows];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = Enumerable.Range(0, heads).Average(head => attention(head, i / rows, i % rows));
        }

        return mean;
    }

    private static double[,,] Attention(ReadOnlySpan<float> input, LinearLayer query, LinearLayer keys, int heads, int rows)
    {
        double[] q = Apply(query, input, rows);
        double[] k = Apply(keys, input, rows);
        int width = query.OutputWidth / heads;
        double[,,] attention = new double[heads, rows, rows];
        for (int head = 0; head < heads; head++)
        {
            for (int row = 0; row < rows; row++)
            {
                double sum = 0;
                for (int column = 0; column < rows; column++)
                {
                    double product = 0;
                    for (int i = 0; i < width; i++)
                    {
                        product += q[(row * query.OutputWidth) + (head * width) + i] * k[(column * query.OutputWidth) + (head * width) + i];
                    }

                    sum += attention[head, row, column] = Math.Exp(product / Math.Sqrt(width));
                }

                for (int column = 0; column < rows; column++)
                {
                    attention[head, row, column] /= sum;
                }
            }
        }

        return attention;
    }

    private static double[] Apply(LinearLayer layer, ReadOnlySpan<float> input, int rows)
    {
        double[] output = new double[rows * layer.OutputWidth];
        for (int i = 0; i < output.Length; i++)
        {
            (int row, int element) = (i / layer.OutputWidth, i % layer.OutputWidth);
            double sum = layer.Bias[element];
            for (int j = 0; j < layer.InputWidth; j++)
            {
                sum += (double)layer.Weight[(element * layer.InputWidth) + j] * input[(row * layer.InputWidth) + j];
            }

            output[i] = sum;
        }

        return output;
    }

    /// <summary>The Linear layer behind a split into heads.</summary>
    private LinearMatch? Linear(string value)
    {
        while (_constants.Producer(value) is { Operator: "Transpose" or "Reshape" } node)
        {
            value = node.Inputs[0];
        }

        return LinearReader.Read(_constants, value);
    }

    private (float[] Values, long[] Shape) Run(PreparedImage image, string output)
    {
        ModelProto model = _model.Clone();
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = output });
        using GraphSession session = GraphSession.OpenPart("reference", model.ToByteArray(), 1, _folder);
        var inputs = new List<(string Name, OrtValue Value)>
        {
            ("pixel_values", GraphRun.Tensor(image.PixelValues.ToArray(), [.. image.Shape.Select(size => (long)size)])),
        };
        if (image.GridThw is { } grid)
        {
            inputs.Add(("image_grid_thw", GraphRun.Tensor<long>([.. grid.Select(size => (long)size)], 1, 3)));
        }

        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            inputs, [new OutputPlace(output, OnHost: true)], CancellationToken.None);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }
}
