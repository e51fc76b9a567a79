using System.Net;
using System.Net.Sockets;

namespace ZooPrune.Cli;

/// <summary>Gets pictures from public https addresses: no other scheme, no private network, no redirect, so many bytes and seconds.
/// Thread-safe.</summary>
internal sealed class ImageFetcher : IDisposable
{
    private const string Needed = "a picture at a public https address";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly long _mostBytes;

    /// <param name="mostBytes">Largest picture.</param>
    /// <param name="handler">Stands in for the network; null for the network.</param>
    public ImageFetcher(long mostBytes, HttpMessageHandler? handler = null)
    {
        _mostBytes = mostBytes;
        _client = new HttpClient(handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout,
            DefaultRequestHeaders = { { "User-Agent", "zooprune" }, { "Accept", "image/*" } },
        };
    }

    /// <summary>The bytes at an address.</summary>
    /// <exception cref="Refusal">The address is not allowed, or does not give a picture of the allowed size in time.</exception>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(Uri address, CancellationToken cancellation)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            throw Refused("not https");
        }

        try
        {
            using HttpResponseMessage response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw Refused($"answered with {(int)response.StatusCode}");
            }

            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(Timeout);
            using var bytes = new MemoryStream();
            byte[] piece = new byte[1 << 16];
            for (int length; (length = await stream.ReadAsync(piece, deadline.Token)) > 0;)
            {
                bytes.Write(piece, 0, length);
                if (bytes.Length > _mostBytes)
                {
                    throw Refused(FormattableString.Invariant($"of more than {_mostBytes:N0} bytes"));
                }
            }

            return bytes.ToArray();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Refused(FormattableString.Invariant($"not there within {Timeout.TotalSeconds} seconds"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw exception.InnerException as Refusal ?? Refused("out of reach");
        }

        Refusal Refused(string why) => Refusal.Wrong("image_url", $"{why}, '{address.OriginalString}'", Needed);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Whether an address is one that everybody on the internet reaches alike.</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        byte[] bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? (bytes[0], bytes[1], bytes[2]) switch
            {
                (0 or 10 or 127 or >= 224, _, _) => false,
                (100, >= 64 and < 128, _) => false, // Carriers' own.
                (169, 254, _) or (172, >= 16 and < 32, _) or (192, 168, _) => false,
                (192, 0, 0 or 2) or (192, 88, 99) or (198, 18 or 19, _) or (198, 51, 100) or (203, 0, 113) => false,
                _ => true,
            }
            // Global unicast, without what carries an IPv4 address inside (6to4, Teredo) or is for documentation.
            : (bytes[0] & 0xE0) == 0x20
                && (bytes[0], bytes[1], bytes[2], bytes[3]) is not
                    ((0x20, 0x02, _, _) or (0x20, 0x01, 0x00, _) or (0x20, 0x01, 0x0D, 0xB8) or (0x3F, 0xFF, _, _));
    }

    /// <summary>Connects to the address that was checked: a name may stand for another one a moment later.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        DnsEndPoint host = context.DnsEndPoint;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host.Host, cancellation);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, IsPublic))
        {
            throw Refusal.Wrong("image_url", $"not on the public network, '{host.Host}'", Needed);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
