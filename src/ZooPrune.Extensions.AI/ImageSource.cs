using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using ZooPrune.Onnx;

namespace ZooPrune.Extensions.AI;

/// <summary>Where an image of a message is. Immutable.</summary>
internal sealed class ImageSource
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Uri? _address;
    private readonly string _name;

    private ImageSource(ReadOnlyMemory<byte> bytes, Uri? address, string name) => (_bytes, _address, _name) = (bytes, address, name);

    /// <summary>An image that the message holds.</summary>
    /// <exception cref="NotSupportedException">It is no image.</exception>
    /// <exception cref="ArgumentException">It has no bytes or too many.</exception>
    public static ImageSource Of(DataContent content, VisionLanguageChatOptions options)
    {
        if (!content.HasTopLevelMediaType("image"))
        {
            throw Throw.MediaType(content.MediaType);
        }

        string name = content.Name ?? content.MediaType;

        // Four letters are three bytes: compared before the text is decoded.
        CheckLength(name, content.Base64Data.Length / 4L * 3, options, isExact: false);
        ReadOnlyMemory<byte> bytes = content.Data;
        CheckLength(name, bytes.Length, options);
        return new ImageSource(bytes, null, name);
    }

    /// <summary>An image that has an address.</summary>
    /// <exception cref="NotSupportedException">It is no image, or the address is one that may not be used.</exception>
    /// <exception cref="ArgumentException">A data URI cannot be read, or has no bytes or too many.</exception>
    public static ImageSource Of(UriContent content, VisionLanguageChatOptions options)
    {
        if (!content.HasTopLevelMediaType("image"))
        {
            throw Throw.MediaType(content.MediaType);
        }

        Uri address = content.Uri;
        switch (address.IsAbsoluteUri ? address.Scheme : "")
        {
            case "data":
                return Of(ReadData(address), options);
            case "file":
                return !options.AllowFiles ? throw Throw.FilesNotAllowed()
                    : address.IsUnc || address.Host.Length > 0 ? throw Throw.FileElsewhere(address)
                    : new ImageSource(default, address, address.LocalPath);
            case "http" or "https":
                return options.FetchImage is null ? throw Throw.NoFetcher(address)
                    : new ImageSource(default, address, address.OriginalString);
            default:
                throw Throw.Scheme(address.IsAbsoluteUri ? address.Scheme : "none");
        }
    }

    /// <summary>The image pruned: from the cache, or read, encoded and pruned now.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pruning">What to keep; null for all.</param>
    /// <param name="cache">Images that were pruned before.</param>
    /// <param name="shared">Images that other processes have pruned; null for none.</param>
    /// <param name="options">How to fetch what is on the network, and how long it may be.</param>
    /// <param name="cancellation">Looked at between the steps.</param>
    /// <exception cref="ZooPruneException">It is missing, broken, too large or of another format.</exception>
    /// <exception cref="ArgumentException">It has no bytes or too many.</exception>
    public async Task<PrunedImage> PruneAsync(
        VisionLanguageModel model,
        PruningOptions? pruning,
        PrunedImageCache<ImageKey> cache,
        SharedImageCache? shared,
        VisionLanguageChatOptions options,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ReadOnlyMemory<byte> bytes = _bytes;
        if (_address is { IsFile: false })
        {
            bytes = await options.FetchImage!(_address, cancellation).ConfigureAwait(false);
            CheckLength(_name, bytes.Length, options);
        }

        bool isFile = _address is { IsFile: true };
        var key = new ImageKey(isFile ? HashOfFile(options) : Hash(bytes.Span), pruning, isFile);
        if (cache.TryGet(key, out PrunedImage? image))
        {
            return image;
        }

        image = shared is null ? null : await shared.FindAsync(key, cancellation).ConfigureAwait(false);
        if (image is null)
        {
            PreparedImage prepared = isFile ? model.Prepare(_name, cancellation) : model.Prepare(bytes.Span, _name, cancellation);
            image = model.Prune([prepared], pruning, cancellation)[0];
            await (shared?.StoreAsync(key, image) ?? Task.CompletedTask).ConfigureAwait(false);
        }

        cache.Add(key, image);
        return image;
    }

    /// <summary>A file is known by path, length and time: only the model opens it, which knows pipes and devices from files.</summary>
    private string HashOfFile(VisionLanguageChatOptions options)
    {
        var file = new FileInfo(_name);
        if (!file.Exists)
        {
            return "";
        }

        CheckLength(_name, file.Length, options, isExact: false);
        string stamp = string.Create(
            CultureInfo.InvariantCulture, $"{file.FullName}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}");
        return "file:" + Hash(Encoding.UTF8.GetBytes(stamp));
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private static void CheckLength(string name, long length, VisionLanguageChatOptions options, bool isExact = true)
    {
        if (length > options.MaxImageBytes + (isExact ? 0 : 3))
        {
            throw Throw.ImageTooLong(name, length, options.MaxImageBytes);
        }

        if (isExact && length == 0)
        {
            throw Throw.ImageEmpty(name);
        }
    }

    private static DataContent ReadData(Uri address)
    {
        try
        {
            return new DataContent(address);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw Throw.DataUri(exception);
        }
    }
}

/// <summary>What a pruned image depends on.</summary>
/// <param name="Content">SHA-256 of what was decoded.</param>
/// <param name="Pruning">How it was pruned; null for not at all.</param>
/// <param name="IsFile">Whether the image is a file of this machine, which is known by path and time.</param>
internal readonly record struct ImageKey(string Content, PruningOptions? Pruning, bool IsFile = false);
