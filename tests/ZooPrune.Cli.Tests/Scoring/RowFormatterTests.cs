using System.Text;

namespace ZooPrune.Cli.Tests;

/// <summary>What a row looks like in the output.</summary>
public class RowFormatterTests
{
    private const string Added = "Answer,VisualTokens,KeptTokens,Note,Error";

    private static readonly RowResult Answered = new() { Answer = "a, \"b\"", VisualTokens = 9, KeptTokens = 3 };
    private static readonly RowResult Failed = new() { Error = "no" };

    [Fact]
    public void Csv_ToCsv_CarriesEveryCharacter()
    {
        string text = Convert("\uFEFFimage,\"question\",x\r\n\"a.png\",\"what\n?\", =1+1 \r\nbad\r\n", TableFormat.Csv, TableFormat.Csv);

        Assert.Equal(
            $"\uFEFFimage,\"question\",x,{Added}\r\n"
            + "\"a.png\",\"what\n?\", =1+1 ,\"a, \"\"b\"\"\",9,3,,\r\n"
            + "bad,,,,,,,no\r\n",
            text);
    }

    [Fact]
    public void Csv_OfAnotherSeparator_KeepsIt()
    {
        string text = Convert("image;question\na.png;one, two\n", TableFormat.Csv, TableFormat.Csv);

        Assert.Equal($"image;question;{Added.Replace(',', ';')}\na.png;one, two;\"a, \"\"b\"\"\";9;3;;\n", text);
    }

    [Fact]
    public void Tsv_ToCsv_QuotesWhatCsvNeeds()
    {
        string text = Convert("image\tquestion\na.png\tone, two\n", TableFormat.Tsv, TableFormat.Csv);

        Assert.Equal($"image,question,{Added}\na.png,\"one, two\",\"a, \"\"b\"\"\",9,3,,\n", text);
    }

    [Fact]
    public void JsonLines_ToJsonLines_AddsPropertiesToTheText()
    {
        string text = Convert("{ \"image\":\"a.png\", \"question\":\"x\", \"n\": 1.50 }\nbad", TableFormat.JsonLines, TableFormat.JsonLines);

        Assert.Equal(
            """{ "image":"a.png", "question":"x", "n": 1.50, "Answer": "a, \"b\"", "VisualTokens": 9, "KeptTokens": 3, "Note": "", "Error": ""}""" + "\n"
            + """{"Answer": "", "VisualTokens": null, "KeptTokens": null, "Note": "", "Error": "no"}""" + "\n",
            text);
    }

    [Fact]
    public void Csv_ToJsonLines_MakesTexts()
    {
        string text = Convert("image,question,n\na.png,größer?,1\n", TableFormat.Csv, TableFormat.JsonLines);

        Assert.Equal(
            """{"image": "a.png", "question": "größer?", "n": "1", "Answer": "a, \"b\"", "VisualTokens": 9, "KeptTokens": 3, "Note": "", "Error": ""}""" + "\n",
            text);
    }

    [Fact]
    public void JsonLines_ToTsv_TakesTheColumnsOfTheFirstObject()
    {
        string text = Convert(
            "{\"image\":\"a.png\",\"question\":\"x\",\"n\":[1, 2]}\n{\"question\":\"y\",\"image\":\"b.png\"}\n", TableFormat.JsonLines, TableFormat.Tsv);

        Assert.Equal(
            $"image\tquestion\tn\t{Added.Replace(',', '\t')}\n"
            + "a.png\tx\t[1, 2]\t\"a, \"\"b\"\"\"\t9\t3\t\t\n"
            + "b.png\ty\t\t\"a, \"\"b\"\"\"\t9\t3\t\t\n",
            text);
    }

    [Fact]
    public void Timings_AreAddedAtTheEnd()
    {
        RowFormatter formatter = RowFormatter.Create(
            TableFormat.JsonLines, new InputLayout { Format = TableFormat.JsonLines, HasMark = false, LineEnd = "\n", FirstRow = default }, withTimings: true);
        StringBuilder text = new();

        formatter.Append(text, new InputRow { Line = 1, End = default, Raw = "{}" }, Answered with { Milliseconds = [1, 2.5f, 3, 4, 5] });
        formatter.Append(text, new InputRow { Line = 2, End = default }, Failed);

        Assert.Equal(
            """{"Answer": "a, \"b\"", "VisualTokens": 9, "KeptTokens": 3, "Note": "", "Error": "", "PreprocessMilliseconds": 1, "EncodeMilliseconds": 2.5, "PruneMilliseconds": 3, "PrefillMilliseconds": 4, "DecodeMilliseconds": 5}""" + "\n"
            + """{"Answer": "", "VisualTokens": null, "KeptTokens": null, "Note": "", "Error": "no", "PreprocessMilliseconds": null, "EncodeMilliseconds": null, "PruneMilliseconds": null, "PrefillMilliseconds": null, "DecodeMilliseconds": null}""" + "\n",
            text.ToString());
    }

    private static string Convert(string input, TableFormat from, TableFormat to)
    {
        using ScoringFolder folder = new();
        string path = folder.Write("input", input);
        var layout = InputLayout.Read(path, from, wantsColumns: to != TableFormat.JsonLines);
        ColumnNames names = new("image", "question");
        using IRowReader reader = from == TableFormat.JsonLines
            ? new JsonLinesReader(path, names, layout.Columns, ResultColumns.Names(withTimings: false), layout.FirstRow)
            : new DelimitedReader(path, layout, names, layout.FirstRow);
        RowFormatter formatter = RowFormatter.Create(to, layout, withTimings: false);
        StringBuilder text = new();
        formatter.AppendHeader(text);
        while (reader.Read() is { } row)
        {
            formatter.Append(text, row, row.Error is null ? Answered : Failed);
        }

        return text.ToString();
    }
}
