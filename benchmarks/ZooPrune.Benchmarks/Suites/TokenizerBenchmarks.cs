using System.Text;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using ZooPrune.Text;

namespace ZooPrune.Benchmarks;

/// <summary>
/// A tokenizer of real size on 10 MB of prose, code and CJK, one thread. The setup says how many tokens that are, and how many a second of
/// processor time, which other programs on the machine do not change.
/// </summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"zooprune-tokenizer-{Guid.NewGuid():N}.json");
    private string _text = "";
    private int[] _ids = [];
    private Tokenizer? _fresh;
    private Tokenizer? _used;

    [Params("Qwen2", "Llama")]
    public string Kind { get; set; } = "Qwen2";

    [GlobalSetup]
    public void Setup()
    {
        LargeTokenizer made = Kind == "Qwen2" ? LargeTokenizer.Qwen2() : LargeTokenizer.Llama();
        File.WriteAllText(_path, made.Json);
        _text = VariedText.Make(10_000_000, 5);
        Tokenizer.Load(_path).Encode(_text);
        _used = Tokenizer.Load(_path);
        double cold = SecondsOf(() => _ids = _used.Encode(_text));
        double warm = SecondsOf(() => _used.Encode(_text));
        Check(made);
        Console.WriteLine($"// {Kind}: {made.Vocabulary.Ids.Count:N0} tokens in the vocabulary, {made.Json.Length:N0} characters of JSON; "
            + $"{_ids.Length:N0} tokens in the text, {(double)Encoding.UTF8.GetByteCount(_text) / _ids.Length:F2} bytes each; "
            + $"{_ids.Length / cold / 1e6:F2} million tokens a second of processor time at first, {_ids.Length / warm / 1e6:F2} million again");
    }

    [GlobalCleanup]
    public void Cleanup() => File.Delete(_path);

    [IterationSetup(Target = nameof(EncodeCold))]
    public void Forget() => _fresh = Tokenizer.Load(_path);

    [Benchmark]
    public Tokenizer Load() => Tokenizer.Load(_path);

    /// <summary>By a tokenizer that has seen no word before.</summary>
    [Benchmark]
    public int EncodeCold() => _fresh!.Encode(_text).Length;

    /// <summary>By one that has read the text before.</summary>
    [Benchmark(Baseline = true)]
    public int EncodeWarm() => _used!.Encode(_text).Length;

    [Benchmark]
    public int Decode() => _used!.Decode(_ids).Length;

    private static double SecondsOf(Action work)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    /// <summary>The whole text comes back; and the start of it is cut as by the expression and by joining pair by pair.</summary>
    private void Check(LargeTokenizer made)
    {
        string start = new([.. _text.Take(3_000).Where(char.IsAscii).Where(character => character != '\n')]);
        IEnumerable<string> words = Kind == "Qwen2"
            ? Regex.Matches(start, LargeTokenizer.Qwen2Pattern).Select(match => LargeTokenizer.ByteLevel(match.Value))
            : [$"\u2581{start.Replace(' ', '\u2581')}"];
        IEnumerable<int> expected = words.SelectMany(made.Vocabulary.Cut).Select(token => made.Vocabulary.Ids[token]);
        if (_used!.Decode(_ids) != _text || !_used.Encode(start, addSpecialTokens: false).SequenceEqual(expected))
        {
            throw new InvalidOperationException($"{Kind}: the tokens are wrong. Expected what joining pair by pair gives; this is an error of the tokenizer.");
        }
    }
}
