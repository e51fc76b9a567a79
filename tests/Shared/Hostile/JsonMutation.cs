using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ZooPrune.Tests;

/// <summary>Changes of a JSON text that leave it, mostly, JSON: another value, kind, key or depth at any place.</summary>
internal static class JsonMutation
{
    private const string Mark = "@hostile@";

    private static readonly JsonSerializerOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 4096 };

    private static readonly string[] Values =
    [
        "0", "-0", "1", "-1", "2", "3.5", "255", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "1e308", "1e309", "-1e308", "1e-320", "0.1", "1e9", "16777216", "100000", "8192", "3072", "4194304",
        "NaN", "Infinity", "-Infinity", "\"NaN\"", "null", "true", "false", "{}", "[]", "[[]]", "[null]", "[0,0]", "[-1,1e308,0]", "{\"\":0}",
        "\"\"", "\" \"", "\"1\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude42\"", "\"../../../etc/passwd\"", "\"<image>\"",
        "\"(a+)+$\"", "\"(?=(a*)*b)\"", "\"[\"", "\"\\\\p{L}|\"", "\"x{2147483647}\"", "\"(?:)\"", "\"{{\"", "\"{% for i in range(10**9) %}x{% endfor %}\"",
        "\"Sequence\"", "\"ByteLevel\"", "\"Replace\"", "\"Split\"", "\"BPE\"", "\"WordLevel\"", "\"Metaspace\"", "\"first\"", "\"Isolated\"", "\"NFKD\"",
    ];

    public static byte[] Apply(byte[] json, Random random)
    {
        JsonNode root = JsonNode.Parse(json)!;
        JsonNode parent = root;
        while (true)
        {
            // Down a random way; the deeper, the likelier to stop. A long list is one place like any other.
            JsonNode[] below = [.. Children(parent).OfType<JsonNode>().Where(child => child is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })];
            if (below.Length == 0 || random.Next(4) == 0)
            {
                break;
            }

            parent = below[random.Next(below.Length)];
        }

        string raw = Change(parent, random);
        string text = root.ToJsonString(Written).Replace($"\"{Mark}\"", raw, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    private static IEnumerable<JsonNode?> Children(JsonNode node) => node switch
    {
        JsonObject members => members.Select(member => member.Value),
        JsonArray items => items,
        _ => [],
    };

    /// <summary>Changes one child and says what stands for <see cref="Mark"/>, which JSON's own classes would not write.</summary>
    private static string Change(JsonNode parent, Random random)
    {
        int count = parent is JsonObject members ? members.Count : parent.AsArray().Count;
        if (count == 0)
        {
            return "";
        }

        int place = random.Next(count);
        JsonNode? child = Get(parent, place)?.DeepClone();
        switch (random.Next(10))
        {
            case 0:
                Remove(parent, place);
                return "";
            case 1 when parent is JsonObject renamed:
                string name = renamed.GetAt(place).Key;
                Remove(parent, place);
                renamed[random.Next(2) == 0 ? name + "_" : new string('k', 10_000)] = child;
                return "";
            case 2:
                Set(parent, place, Mark);
                return "\"" + new string("a ▁é"[random.Next(4)], random.Next(2) == 0 ? 1000 : 100_000) + "\"";
            case 3:
                Set(parent, place, Mark);
                int depth = random.Next(2) == 0 ? 50 : 5000;
                return $"{new string('[', depth)}{new string(']', depth)}";
            case 4:
                Set(parent, place, Mark);
                string copy = child?.ToJsonString(Written) ?? "null";
                return $"[{string.Join(',', Enumerable.Repeat(copy, Math.Clamp(200_000 / (copy.Length + 1), 1, 2000)))}]";
            case 5:
                int other = random.Next(count);
                JsonNode? swapped = Get(parent, other)?.DeepClone();
                Set(parent, place, swapped);
                Set(parent, other, child);
                return "";
            case 6 when parent is JsonObject nested && child is not null:
                // A part inside itself, as "Sequence" allows: deep, but within what JSON's reader takes.
                JsonNode inner = child;
                for (int level = random.Next(1, 12); level > 0; level--)
                {
                    inner = new JsonObject { ["type"] = "Sequence", ["normalizers"] = Twice(inner), ["pretokenizers"] = Twice(inner), ["processors"] = Twice(inner), ["decoders"] = Twice(inner) };
                    if (inner.ToJsonString(Written).Length > 200_000)
                    {
                        break;
                    }
                }

                Set(parent, place, inner);
                return "";
            default:
                Set(parent, place, Mark);
                return Values[random.Next(Values.Length)];
        }
    }

    private static JsonArray Twice(JsonNode node) => [node.DeepClone(), node.DeepClone()];

    private static JsonNode? Get(JsonNode parent, int place) => parent is JsonObject members ? members.GetAt(place).Value : parent.AsArray()[place];

    private static void Set(JsonNode parent, int place, JsonNode? value)
    {
        if (parent is JsonObject members)
        {
            members.SetAt(place, value);
        }
        else
        {
            parent.AsArray()[place] = value;
        }
    }

    private static void Remove(JsonNode parent, int place)
    {
        if (parent is JsonObject members)
        {
            members.RemoveAt(place);
        }
        else
        {
            parent.AsArray().RemoveAt(place);
        }
    }
}
