using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace ZooPrune.Onnx.Graphs;

/// <summary>
/// An ONNX file in memory without a copy: vision encoders have up to 2 GB of weights in the file itself. What is read from it is valid
/// until it is disposed.
/// </summary>
internal sealed unsafe class OnnxFile : MemoryManager<byte>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    private OnnxFile(MemoryMappedFile file, MemoryMappedViewAccessor view, int length)
    {
        _file = file;
        _view = view;
        _length = length;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += view.PointerOffset;
    }

    /// <exception cref="InvalidDataException">The file is empty or longer than ONNX allows.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxFile Open(string path)
    {
        FileStream stream = RegularFile.KindOf(path) == FileKind.Empty
            ? throw new InvalidDataException("the file is empty")
            : RegularFile.Open(path);
        MemoryMappedFile? file = null;
        try
        {
            long length = stream.Length;
            if (length is 0 or > int.MaxValue)
            {
                throw new InvalidDataException(
                    length == 0 ? "the file is empty" : $"the file has {length / 1e9:0.0} GB, more than the 2 GB of the format");
            }

            file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new OnnxFile(file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), (int)length);
        }
        catch
        {
            file?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
        // The mapping never moves.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
