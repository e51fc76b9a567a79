using System.Text;
using System.Text.Json;

namespace ZooPrune.Cli.Tests;

/// <summary>CSV and TSV, well-formed and not.</summary>
public class DelimitedReaderTests
{
    private static readonly ColumnNames Names = new("image", "question");

    [Theory]
    [InlineData("minimal.csv")]
    [InlineData("all.csv")]
    [InlineData("minimal.tsv")]
    public void Read_FilesOfPythonsCsvModule_GivesTheirCells(string name)
    {
        string path = TestPaths.Data(Path.Combine("python-csv", name));
        string[][] expected = JsonSerializer.Deserialize<string[][]>(File.ReadAllText(TestPaths.Data("python-csv/rows.json")))!;

        List<InputRow> rows = ReadAll(path);

        Assert.Equal(expected, rows.Select(row => row.Cells.Cast<string>().ToArray()));
        Assert.All(rows, row => Assert.Null(row.Error));
        Assert.Equal(expected.Select(cells => (cells[0], cells[1])), rows.Select(row => (row.Image, row.Question)));
        Assert.Equal(new FileInfo(path).Length, rows[^1].End.Offset);
    }

    [Fact]
    public void Read_FromTheEndOfAnyRow_GivesTheRowsThatFollow()
    {
        using ScoringFolder folder = new();
        string path = folder.WriteQuestions(300);
        List<InputRow> all = ReadAll(path);
        Assert.Contains(all, row => row.Error is not null);

        for (int i = 0; i < all.Count; i++)
        {
            Assert.Equal(all.Skip(i + 1).Select(Describe), ReadAll(path, all[i].End).Select(Describe));
        }
    }

    [Fact]
    public void Read_FromTheEndOfAnyRowOfAnyText_GivesTheRowsThatFollow()
    {
        const int Seed = 7;
        string[] pieces =
        [
            "a", "b c", ",", ",", "\"", "\"\"", "\n", "\r\n", "\r", " ", "\u00FF", "\u00FF\u00FE", "\u00EF\u00BB\u00BF",
            "x.png,what ?\n", "\"q, r\"",
        ];
        Random random = new(Seed);
        using ScoringFolder folder = new();
        for (int trial = 0; trial < 60; trial++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)]));

            // Latin-1: a character is a byte, so that some are no UTF-8 and some look like a byte order mark.
            string path = folder.Write("a.csv", Encoding.Latin1.GetBytes($"image,question\n{text}"));
            List<InputRow> all = ReadAll(path);
            for (int i = 0; i < all.Count; i++)
            {
                Assert.Equal(all.Skip(i + 1).Select(Describe), ReadAll(path, all[i].End).Select(Describe));
            }
        }
    }

    [Fact]
    public void Read_WellFormedRow_CarriesItsText()
    {
        using ScoringFolder folder = new();
        string path = folder.Write("a.csv", "image,question,x\r\n\"a.png\" ,b,c\r\na.png,\"what \"\"now\"\"?\", y \r\n\r\nb.png,say \"x\" twice,\n");

        List<InputRow> rows = ReadAll(path);

        Assert.Equal([2, 3, 5], rows.Select(row => row.Line));
        Assert.Equal("Line 2: there is text after the closing quote of a cell. Expected a separator or the end of the line; double the quotes inside a quoted cell.", rows[0].Error);
        Assert.Equal("a.png,\"what \"\"now\"\"?\", y ", rows[1].Raw);
        Assert.Equal(["a.png", "what \"now\"?", " y "], rows[1].Cells);
        Assert.Equal("b.png,say \"x\" twice,", rows[2].Raw);
        Assert.Equal("say \"x\" twice", rows[2].Question);
    }

    [Fact]
    public void Read_LastLineWithoutEnd_IsARow()
    {
        using ScoringFolder folder = new();

        Assert.Equal("b", Assert.Single(ReadAll(folder.Write("a.csv", "image,question\na.png,b"))).Question);
        Assert.Equal("b", Assert.Single(ReadAll(folder.Write("b.csv", "image,question\na.png,b\r"))).Question);
        Assert.Equal("b", Assert.Single(ReadAll(folder.Write("c.csv", "image,question\na.png,\"b\""))).Question);
        Assert.Equal("", Assert.Single(ReadAll(folder.Write("d.csv", "question,image\nb,"))).Image);
        Assert.Empty(ReadAll(folder.Write("e.csv", "image,question")));
    }

    [Theory]
    [InlineData(';')]
    [InlineData('|')]
    [InlineData('\t')]
    public void Read_HeaderOfAnotherSeparator_IsTakenAsSuch(char separator)
    {
        using ScoringFolder folder = new();
        string path = folder.Write("a.csv", $"image,question\r\na.png,\"what, or{separator} where ?\"\r\n".Replace("e,", $"e{separator}").Replace("g,", $"g{separator}"));

        InputRow row = Assert.Single(ReadAll(path));

        Assert.Equal(("a.png", $"what, or{separator} where ?"), (row.Image, row.Question));
        Assert.Equal(separator, InputLayout.Read(path, TableFormat.Csv, wantsColumns: true).Separator);
    }

    [Fact]
    public void Read_CarriageReturnAlone_EndsARow()
    {
        using ScoringFolder folder = new();

        List<InputRow> rows = ReadAll(folder.Write("a.csv", "image,question\ra.png,b\r\"c.png\",\"d\re\"\r"));

        Assert.Equal([("a.png", "b"), ("c.png", "d\re")], rows.Select(row => (row.Image, row.Question)));
    }

    [Theory]
    [InlineData("a.png", "Line 2: the row has 1 cells. Expected 2, as in the header; quote the cells that hold a separator.")]
    [InlineData("a.png,b,c", "Line 2: the row has 3 cells. Expected 2, as in the header; quote the cells that hold a separator.")]
    [InlineData(" ,b", "Line 2: 'image' is empty. Expected the path of an image; fill it in.")]
    [InlineData("a.png,", "Line 2: 'question' is empty. Expected a question; fill it in.")]
    [InlineData("a.png,\"b", "Line 2: a cell begins with a quote and does not end before the file does. Expected a closing quote; add it, or double the quotes inside a quoted cell.")]
    public void Read_BadRow_SaysWhyAndGoesOnWithTheNextLine(string bad, string error)
    {
        using ScoringFolder folder = new();

        List<InputRow> rows = ReadAll(folder.Write("a.csv", $"image,question\n{bad}\ngood.png,what ?\n"));

        Assert.Equal([error, null], rows.Select(row => row.Error));
        Assert.Equal("good.png", rows[1].Image);
        Assert.Equal(3, rows[1].Line);
    }

    [Fact]
    public void Read_BytesThatAreNoUtf8_AreAnErrorOfThatRow()
    {
        using ScoringFolder folder = new();
        string path = folder.Write("a.csv", [.. "image,question\na.png,\"x\n"u8, 0xFF, .. "y\"\nb.png,what ?\n"u8]);

        List<InputRow> rows = ReadAll(path);

        Assert.Equal("Line 2: the row has bytes that are not UTF-8. Expected UTF-8; save the file as UTF-8.", rows[0].Error);
        Assert.Equal((4, "b.png"), (rows[1].Line, rows[1].Image));
        Assert.Equal(2, rows.Count);
    }

    [Fact]
    public void Read_RowLongerThanTheLimit_IsAnErrorAndTheRestIsRead()
    {
        using ScoringFolder folder = new();
        string tooLong = new('x', (3 * RowReader.LongestRow) + 7);
        string fits = new('y', RowReader.LongestRow - 20);
        string path = folder.Write("a.csv", $"image,question\na.png,{tooLong}\nb.png,{fits}\nc.png,what ?\n");

        List<InputRow> rows = ReadAll(path);

        Assert.StartsWith($"Line 2: the row does not end within {RowReader.LongestRow} bytes.", rows[0].Error);
        Assert.Equal(fits, rows[1].Question);
        Assert.Equal((4, "c.png"), (rows[2].Line, rows[2].Image));
    }

    [Fact]
    public void Read_QuoteThatIsNeverClosed_CostsOneLineAndNotTheRest()
    {
        using ScoringFolder folder = new();
        StringBuilder text = new("image,question\na.png,\"what\n");
        string row = $"b.png,{new string('x', 4000)} ?\n";
        int count = (RowReader.LongestRow / row.Length) + 1000;
        for (int i = 0; i < count; i++)
        {
            text.Append(row);
        }

        List<InputRow> rows = ReadAll(folder.Write("a.csv", text.ToString()));

        Assert.StartsWith($"Line 2: the row does not end within {RowReader.LongestRow} bytes.", rows[0].Error);
        Assert.Equal(count + 1, rows.Count);
        Assert.All(rows.Skip(1), row => Assert.Null(row.Error));
    }

    [Theory]
    [InlineData("picture,question", "has no column 'image' among 'picture', 'question'")]
    [InlineData("image,question,image", "has 2 columns 'image' among 'image', 'question', 'image'")]
    public void Create_ColumnMissingOrTwice_Throws(string header, string expected)
    {
        using ScoringFolder folder = new();
        string path = folder.Write("a.csv", header + "\n");

        UsageException e = Assert.Throws<UsageException>(() => ReadAll(path));

        Assert.Equal($"zooprune score: the input '{path}' {expected}. Expected exactly one; name the columns of image and question with --columns.", e.Message);
    }

    private static List<InputRow> ReadAll(string path, InputPosition? position = null)
    {
        var layout = InputLayout.Read(path, TableFormats.OfFile(path, "--input-format"), wantsColumns: true);
        using DelimitedReader reader = new(path, layout, Names, position ?? layout.FirstRow);
        List<InputRow> rows = [];
        while (reader.Read() is { } row)
        {
            rows.Add(row);
        }

        return rows;
    }

    private static (long, InputPosition, string?, string?) Describe(InputRow row) => (row.Line, row.End, row.Raw, row.Error);
}
