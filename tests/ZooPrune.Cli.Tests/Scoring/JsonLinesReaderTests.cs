namespace ZooPrune.Cli.Tests;

/// <summary>One JSON object a line, well-formed and not.</summary>
public class JsonLinesReaderTests
{
    private const string Format = """{"image": "0001.png", "question": "Is there a red circle?", "answer": "yes"}""";

    [Fact]
    public void Read_Objects_CarriesTheirTextAndFindsTheirCells()
    {
        using ScoringFolder folder = new();
        string path = folder.Write("a.jsonl", "\uFEFF{\"image\":\"a.png\", \"n\": 1.50, \"question\": \"w\\u0068at?\"}\r\n\n  {\"question\":\"x\",\"image\":\"b\", \"n\": null}  ");

        List<InputRow> rows = ReadAll(path);

        Assert.Equal(["{\"image\":\"a.png\", \"n\": 1.50, \"question\": \"w\\u0068at?\"}", "{\"question\":\"x\",\"image\":\"b\", \"n\": null}"], rows.Select(row => row.Raw));
        Assert.Equal([["a.png", "1.50", "what?"], ["b", "", "x"]], rows.Select(row => row.Cells.Cast<string>().ToArray()));
        Assert.Equal([("a.png", "what?"), ("b", "x")], rows.Select(row => (row.Image, row.Question)));
        Assert.Equal([1, 3], rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData("[1]", $"Line 2: the row is a JSON array. Expected an object like {Format}; correct it.")]
    [InlineData("""{"image": "a.png"}""", $"Line 2: the object has no \"question\". Expected an object like {Format}; add it, or name the properties with --columns.")]
    [InlineData("""{"image": 3, "question": "x"}""", "Line 2: \"image\" is a JSON number. Expected a text; put it in quotes.")]
    [InlineData("""{"image": " ", "question": "x"}""", "Line 2: 'image' is empty. Expected the path of an image; fill it in.")]
    [InlineData("""{"image": "a.png", "question": "x", "Error": ""}""", "Line 2: the object has a property \"Error\", which the output adds. Expected another name; rename it.")]
    [InlineData("""{"image": "a.png", "question": "x", "z": 1}""", "Line 2: the object has a property \"z\", which the first object has not. Expected image, question, n; leave it out, or write JSONL.")]
    public void Read_BadRow_SaysWhyAndGoesOnWithTheNextLine(string bad, string error)
    {
        using ScoringFolder folder = new();
        const string Good = """{"image": "good.png", "question": "what ?", "n": 0}""";

        List<InputRow> rows = ReadAll(folder.Write("a.jsonl", $"{Good}\n{bad}\n{Good}\n"));

        Assert.Equal([null, error, null], rows.Select(row => row.Error));
        Assert.Equal(3, rows[2].Line);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"image": "a.png", "question": "x"} trailing""")]
    [InlineData("""{"image": "a.png", "question": "\ud800"}""")]
    public void Read_NoJson_IsAnErrorOfThatRow(string bad)
    {
        using ScoringFolder folder = new();

        List<InputRow> rows = ReadAll(folder.Write("a.jsonl", $$"""{"image": "a.png", "question": "x"}{{'\n'}}{{bad}}"""));

        Assert.StartsWith("Line 2: the row is not JSON (", rows[1].Error);
        Assert.Null(rows[1].Raw);
    }

    [Fact]
    public void Read_TooLongOrNoUtf8_IsAnErrorOfThatRow()
    {
        using ScoringFolder folder = new();
        byte[] good = """{"image": "a.png", "question": "x"}"""u8.ToArray();
        byte[] tooLong = new byte[2 * RowReader.LongestRow];
        Array.Fill(tooLong, (byte)' ');

        List<InputRow> rows = ReadAll(folder.Write("a.jsonl", [.. good, 10, .. tooLong, 10, 0xC0, 10, .. good]));

        Assert.Equal(4, rows.Count);
        Assert.StartsWith($"Line 2: the row does not end within {RowReader.LongestRow} bytes.", rows[1].Error);
        Assert.Equal("Line 3: the row has bytes that are not UTF-8. Expected UTF-8; save the file as UTF-8.", rows[2].Error);
        Assert.Equal((4, "x"), (rows[3].Line, rows[3].Question));
    }

    [Fact]
    public void Layout_NoObjectWhereColumnsAreNeeded_Throws()
    {
        using ScoringFolder folder = new();
        string path = folder.Write("a.jsonl", "1\n2\n");

        UsageException e = Assert.Throws<UsageException>(() => InputLayout.Read(path, TableFormat.JsonLines, wantsColumns: true));

        Assert.StartsWith($"zooprune score: the input '{path}' has no line that is a JSON object", e.Message);
    }

    private static List<InputRow> ReadAll(string path)
    {
        var layout = InputLayout.Read(path, TableFormat.JsonLines, wantsColumns: true);
        using JsonLinesReader reader = new(path, new("image", "question"), layout.Columns, ResultColumns.Names(withTimings: false), layout.FirstRow);
        List<InputRow> rows = [];
        while (reader.Read() is { } row)
        {
            rows.Add(row);
        }

        return rows;
    }
}
