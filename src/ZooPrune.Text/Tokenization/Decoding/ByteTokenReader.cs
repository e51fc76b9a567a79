using System.Text;

namespace ZooPrune.Text;

/// <summary>Runs of byte tokens to text ("ByteFallback"): a run that is no UTF-8 becomes a replacement character for each byte.</summary>
internal static class ByteTokenReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static List<string> Read(List<string> tokens)
    {
        var read = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (string token in tokens)
        {
            if (ByteTokens.ByteOf(token) is { } value)
            {
                run.Add(value);
                continue;
            }

            EndRun(run, read);
            read.Add(token);
        }

        EndRun(run, read);
        return read;
    }

    private static void EndRun(List<byte> run, List<string> read)
    {
        if (run.Count == 0)
        {
            return;
        }

        try
        {
            read.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            read.AddRange(Enumerable.Repeat("\uFFFD", run.Count));
        }

        run.Clear();
    }
}
