using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ZooPrune.Onnx.Engine;
using ZooPrune.Onnx.Graphs;
using ZooPrune.Onnx.Projection;
using ZooPrune.Onnx.Splitting;

namespace ZooPrune.Onnx.Downsampling;

/// <summary>
/// The vision encoder once more, for pictures in fewer pixels, which give fewer visual tokens. Loaded when it is first asked for, from the
/// files as they are then, once for all sizes. Thread-safe.
/// </summary>
/// <param name="files">The model.</param>
/// <param name="settings">As the encoder runs.</param>
/// <param name="encoder">The encoder of the usual size.</param>
/// <param name="hasOneTile">Whether a picture is one tile of that size.</param>
internal sealed class DownsamplingEncoder(ModelFolder files, GraphSettings settings, VisionEncoder encoder, bool hasOneTile) : IDisposable
{
    private const string PixelValues = "pixel_values";

    private readonly Lock _lock = new();
    private readonly Dictionary<int, float[]> _positions = [];
    private GraphSession? _session;
    private PositionTable? _table;
    private string? _problem;
    private bool _isDisposed;

    /// <summary>G; rows and columns of the visual tokens of the usual size.</summary>
    public int Grid { get; } = (int)Math.Sqrt(encoder.TokenCount);

    /// <summary>Why pictures cannot be made smaller for this model; null where they can. The first call loads the graph.</summary>
    public string? WhyNot
    {
        get
        {
            try
            {
                Open(1);
                return null;
            }
            catch (Exception exception) when (exception is ZooPruneException or ObjectDisposedException)
            {
                return exception.Message;
            }
        }
    }

    /// <summary>Makes sure that the model's pictures have one size and lie in a square grid.</summary>
    /// <exception cref="ZooPruneException">They do not.</exception>
    public void Check()
    {
        if (encoder.TakesPatches)
        {
            throw Throw.DownsamplingPatches(files.Root);
        }

        if (!hasOneTile)
        {
            throw Throw.DownsamplingTiles(files.Root);
        }

        if (Grid * Grid != encoder.TokenCount)
        {
            throw Throw.DownsamplingImpossible(files.VisionEncoder, $"its {encoder.TokenCount:N0} visual tokens lie in no square grid");
        }
    }

    /// <summary>Gets ready for a size: loads the graph, once, and makes the positions, once a size.</summary>
    /// <param name="grid">g, &gt; 0.</param>
    /// <returns>The graph, and its positions for that size.</returns>
    /// <exception cref="ZooPruneException">The model cannot do it, or the graph cannot be loaded.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public (GraphSession Session, float[] Positions) Open(int grid)
    {
        Check();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(VisionLanguageModel));
            if (_session is null && _problem is null)
            {
                _problem = Load();
            }

            if (_problem is not null)
            {
                throw Throw.DownsamplingImpossible(files.VisionEncoder, _problem);
            }

            if (!_positions.TryGetValue(grid, out float[]? positions))
            {
                _positions.Add(grid, positions = _table!.Resize(grid));
            }

            return (_session!, positions);
        }
    }

    /// <summary>Visual tokens of a picture in fewer pixels.</summary>
    /// <param name="image">Prepared for the model: one tile.</param>
    /// <param name="grid">g, &gt; 0.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>X, row-major [g x g, D]; finite.</returns>
    /// <exception cref="ZooPruneException">The model cannot do it, ONNX Runtime failed, or a value is NaN or infinite.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float[] Encode(PreparedImage image, int grid, CancellationToken cancellation)
    {
        (GraphSession session, float[] positions) = Open(grid);
        int side = SideOf(grid);
        float[] pixels = PixelResizer.Resize(image.PixelValues.Span, encoder.ImageSize, side);
        try
        {
            float[] tokens = Run(session, pixels, positions, grid, cancellation, out long[] shape);
            encoder.Check(tokens);
            return tokens.Length == grid * grid * encoder.Width
                ? tokens
                : throw Throw.EncoderTokens(session.Name, Given(side), shape, grid * grid, encoder.Width);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Throw.GraphFailed(session.Name, Given(side), exception);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _session?.Dispose();
        }
    }

    private static string Given(int side) => $"a picture of {side} x {side} pixels";

    /// <summary>Pixels of a side; each patch has as many as in the usual size, at whose edge some may be left over.</summary>
    private int SideOf(int grid) => grid * (encoder.ImageSize / Grid);

    /// <summary>Writes and loads the graph, and tries it.</summary>
    /// <returns>Why it cannot be done, as a clause; otherwise null.</returns>
    private string? Load()
    {
        try
        {
            (ConstantFolder constants, string folder) = VisionEncoderSplitter.EncoderOf(files);
            if (DownsamplingWriter.Write(constants, Grid, out string problem) is not (var model, var table))
            {
                return problem;
            }

            GraphSession session = GraphSession.OpenPart(files.VisionEncoder, model.ToByteArray(), settings, folder);
            problem = Try(session, table, Math.Clamp(Grid - 1, 1, 2));
            if (problem.Length > 0)
            {
                session.Dispose();
                return problem;
            }

            (_session, _table) = (session, table);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Throw.GraphUnreadable(files.VisionEncoder, exception);
        }
    }

    /// <summary>Runs a grey picture: a number of tokens that stayed in the graph shows in an error or in the shape of what comes.</summary>
    private string Try(GraphSession session, PositionTable table, int grid)
    {
        int side = SideOf(grid);
        try
        {
            Run(session, new float[3 * side * side], table.Resize(grid), grid, CancellationToken.None, out long[] shape);
            return shape is [1, var tokens, var width] && tokens == grid * grid && width == encoder.Width
                ? ""
                : $"of {Given(side)} it makes [{string.Join(", ", shape)}], not [1, {grid * grid}, {encoder.Width}]";
        }
        catch (OnnxRuntimeException exception)
        {
            return $"it fails on {Given(side)} ({ErrorText.FirstLine(exception)})";
        }
    }

    private unsafe float[] Run(
        GraphSession session, float[] pixels, float[] positions, int grid, CancellationToken cancellation, out long[] shape)
    {
        int side = SideOf(grid);
        int width = session.Inputs[DownsamplingWriter.Positions].Dimensions[^1];
        long[] tableShape = [positions.Length / width, width];
        if (session.Inputs[DownsamplingWriter.Positions].Dimensions.Length > 2)
        {
            tableShape = [1, .. tableShape];
        }

        long tokens = (long)grid * grid;
        fixed (float* pixel = pixels)
        fixed (float* position = positions)
        {
            using OrtValue image = FloatTensors.Create(session.Inputs[PixelValues].ElementDataType, pixel, pixels.Length, 1, 3, side, side);
            using OrtValue table = GraphSession.View(position, tableShape);
            using OrtValue count = GraphSession.View(&tokens, 1);
            string output = session.Outputs.Keys.Single();
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
                [(PixelValues, image), (DownsamplingWriter.Positions, table), (DownsamplingWriter.Tokens, count)],
                [new OutputPlace(output, OnHost: true)],
                cancellation);
            OrtTensorTypeAndShapeInfo form = outputs[0].GetTensorTypeAndShape();
            shape = form.Shape;
            float[] values = new float[form.ElementCount];
            FloatTensors.Read(outputs[0], 0, values);
            return values;
        }
    }
}
