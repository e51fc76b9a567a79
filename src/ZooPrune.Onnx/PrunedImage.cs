using System.Security.Cryptography;
using System.Text;
using ZooPrune.Onnx.Engine;

namespace ZooPrune.Onnx;

/// <summary>An image of which the visual tokens that matter are chosen and projected: all that the language model needs of it. Immutable;
/// any number of threads may ask about it, any number of times.</summary>
/// <remarks>Small: K x H floats, and some numbers for each visual token. It can be kept, and saved for another run of the
/// same model. From <see cref="VisionLanguageModel.Prune(PreparedImage, PruningOptions?)"/>.</remarks>
public sealed class PrunedImage
{
    private static readonly byte[] Magic = "ZooPrune image 1\n"u8.ToArray();

    /// <summary>Wraps visual tokens that are projected and chosen already.</summary>
    /// <param name="keptTokens">Projected kept tokens, row-major [K, H], finite. Not copied.</param>
    /// <param name="keptIndices">[K], K &gt;= 1, ascending flat indices in <paramref name="layout"/>.</param>
    /// <param name="layout">How the image's visual tokens lie in the prompt; positions depend on it.</param>
    /// <param name="note">What the caller should know about the choice, or null.</param>
    /// <exception cref="ArgumentNullException">The indices or the layout are null.</exception>
    /// <exception cref="ArgumentException">The arguments do not fit each other, or an index is one that the layout leaves out.</exception>
    public PrunedImage(ReadOnlyMemory<float> keptTokens, IReadOnlyList<int> keptIndices, ImageLayout layout, string? note = null)
        : this(keptTokens, KeptTokenCheck.Indices(keptTokens.Length, keptIndices, layout), layout, note, new StageTimings(), null)
    {
    }

    internal PrunedImage(
        ReadOnlyMemory<float> keptTokens, int[] keptIndices, ImageLayout layout, string? note, StageTimings timings, string? model)
    {
        KeptTokens = keptTokens;
        Indices = keptIndices;
        Layout = layout;
        Note = note;
        Timings = timings;
        Model = model;
    }

    /// <summary>Rows that the language model would read without pruning: visual tokens, and separators where the family has
    /// them.</summary>
    public int VisualTokenCount => Layout.SequenceLength;

    /// <summary>Rows that it reads: K visual tokens, and all separators, which no budget counts.</summary>
    public int KeptTokenCount => Indices.Length + Layout.NewlineCount;

    /// <summary>[K], ascending; flat indices tile x N + token.</summary>
    public IReadOnlyList<int> KeptIndices => Indices;

    /// <summary>Projected kept tokens, row-major [K, H].</summary>
    public ReadOnlyMemory<float> KeptTokens { get; }

    /// <summary>How the image's visual tokens lie in the prompt.</summary>
    public ImageLayout Layout { get; }

    /// <summary>What could not be done as asked, for example "keep 700 of 576: all tokens kept"; otherwise null.</summary>
    public string? Note { get; }

    /// <summary>What preparing, encoding and pruning took, as far as the model did it; prefill and decode are zero.</summary>
    public StageTimings Timings { get; }

    /// <summary>Bytes of memory that the image takes, about.</summary>
    public long ByteCount => (sizeof(float) * (long)KeptTokens.Length) + (sizeof(int) * (long)Indices.Length) + Layout.ByteCount;

    internal int[] Indices { get; }

    /// <summary>Fingerprint of the model whose tokens these are; null where the caller brought them.</summary>
    internal string? Model { get; }

    /// <summary>H.</summary>
    internal int Width => KeptTokens.Length / Indices.Length;

    /// <summary>The same, which took no time.</summary>
    internal PrunedImage WithoutTimings() => new(KeptTokens, Indices, Layout, Note, new StageTimings(), Model);

    /// <summary>The same, with something that the caller should know.</summary>
    internal PrunedImage WithNote(string note) => new(KeptTokens, Indices, Layout, note, Timings, Model);

    /// <summary>Writes the image, so that a later run of the same model need not encode it again.</summary>
    /// <param name="stream">Where to; is left open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Model ?? "");
            writer.Write(Note ?? "");
            Layout.Write(writer);
            writer.Write(Indices.Length);
            Array.ForEach(Indices, writer.Write);
            writer.Write(KeptTokens.Length);
            foreach (float value in KeptTokens.Span)
            {
                writer.Write(value);
            }
        }

        byte[] bytes = content.ToArray();
        stream.Write(Magic);
        stream.Write(BitConverter.GetBytes(bytes.Length));
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    }

    /// <summary>Reads an image that <see cref="Save"/> wrote. Whether it is of the model that it is used with is checked when it is
    /// used.</summary>
    /// <param name="stream">Where from; is left open, after the image.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="ZooPruneException">It is no such image, of another version, cut off or damaged.</exception>
    public static PrunedImage Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] head = new byte[Magic.Length + sizeof(int)];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan().StartsWith(Magic))
        {
            throw Throw.PrunedImageForeign();
        }

        // Read in pieces: what a damaged file claims must not cost memory.
        long length = BitConverter.ToUInt32(head, Magic.Length);
        using var content = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        while (content.Length < length + SHA256.HashSizeInBytes)
        {
            int read = stream.Read(piece, 0, (int)Math.Min(piece.Length, length + SHA256.HashSizeInBytes - content.Length));
            if (read == 0)
            {
                throw Throw.PrunedImageDamaged($"it ends after {content.Length:N0} of {length:N0} bytes");
            }

            content.Write(piece, 0, read);
        }

        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, (int)length);
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(content.GetBuffer().AsSpan((int)length, SHA256.HashSizeInBytes)))
        {
            throw Throw.PrunedImageDamaged("its checksum is another");
        }

        content.SetLength(length);
        content.Position = 0;
        try
        {
            return Read(new BinaryReader(content));
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or OverflowException or FormatException)
        {
            throw Throw.PrunedImageDamaged(exception.Message);
        }
    }

    private static PrunedImage Read(BinaryReader reader)
    {
        string model = reader.ReadString();
        string note = reader.ReadString();
        ImageLayout layout = ImageLayout.Read(reader);
        int[] indices = ReadCount(reader, sizeof(int), (r, i) => r.ReadInt32());
        float[] tokens = ReadCount(reader, sizeof(float), (r, i) => r.ReadSingle());
        KeptTokenCheck.Indices(tokens.Length, indices, layout);
        return Array.TrueForAll(tokens, float.IsFinite)
            ? new PrunedImage(tokens, indices, layout, note.Length == 0 ? null : note, new StageTimings(), model.Length == 0 ? null : model)
            : throw Throw.PrunedImageDamaged("a value is not finite");
    }

    /// <summary>A number of values, and the values, no more of them than the stream holds.</summary>
    internal static T[] ReadCount<T>(BinaryReader reader, int size, Func<BinaryReader, int, T> read)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > (reader.BaseStream.Length - reader.BaseStream.Position) / size)
        {
            throw new FormatException(FormattableString.Invariant($"it claims {count:N0} values"));
        }

        var values = new T[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = read(reader, i);
        }

        return values;
    }
}
