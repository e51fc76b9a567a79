using System.Security.Cryptography;
using System.Text;

namespace ZooPrune.Cli;

/// <summary>The keys that are let in. Immutable.</summary>
internal sealed class ApiKeys
{
    private const int MostBytes = 1 << 20;
    private const int LeastSecret = 16;

    private readonly byte[][] _hashes;

    private ApiKeys(IEnumerable<string> keys) => _hashes = [.. keys.Select(Hash)];

    /// <summary>Everybody is let in.</summary>
    public static ApiKeys None { get; } = new([]);

    /// <summary>Whether a key is needed.</summary>
    public bool AreNeeded => _hashes.Length > 0;

    /// <summary>Reads a file with a key a line; empty lines and those that begin with # do not count.</summary>
    /// <exception cref="UsageException">It cannot be read, or has no key.</exception>
    public static ApiKeys Read(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes("keys", "a key a line", path)));
        string text = reader.ReadToEnd();
        string[] keys = [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return keys.Length > 0 ? new ApiKeys(keys) : throw Throw.ApiKeysEmpty(path);
    }

    /// <summary>Reads a file that holds one secret; white space around it does not count.</summary>
    /// <exception cref="UsageException">It cannot be read, or is shorter than a secret should be.</exception>
    public static ReadOnlyMemory<byte> ReadSecret(string path)
    {
        byte[] secret = ReadBytes("secret", $"one of at least {LeastSecret} bytes", path);
        int start = Array.FindIndex(secret, one => one > ' ');
        int end = Array.FindLastIndex(secret, one => one > ' ') + 1;
        return start >= 0 && end - start >= LeastSecret ? secret.AsMemory(start..end) : throw Throw.SecretTooShort(path, LeastSecret);
    }

    /// <summary>Whether what a request says in Authorization is a key. Takes as long for a wrong one as for a right one.</summary>
    /// <param name="authorization">"Bearer ..."; null where there is none.</param>
    public bool Admit(string? authorization)
    {
        const string Scheme = "Bearer ";
        bool hasKey = authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true;
        byte[] given = Hash(hasKey ? authorization![Scheme.Length..].Trim() : "");
        bool isKnown = false;
        foreach (byte[] hash in _hashes)
        {
            isKnown |= CryptographicOperations.FixedTimeEquals(hash, given);
        }

        return isKnown || !AreNeeded;
    }

    private static byte[] ReadBytes(string what, string needed, string path)
    {
        try
        {
            return RegularFile.ReadAll(path, MostBytes);
        }
        catch (IOException exception)
        {
            throw Throw.SecretsUnreadable(what, needed, path, exception);
        }
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
