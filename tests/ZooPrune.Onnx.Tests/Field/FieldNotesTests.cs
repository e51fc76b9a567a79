using System.Text.RegularExpressions;

namespace ZooPrune.Onnx.Tests;

public sealed partial class FieldNotesTests
{
    [Fact]
    public void Notes_EveryTest_IsThere()
    {
        string notes = File.ReadAllText(Path.Combine(TestPaths.Root, "docs", "field-notes.md"));
        string tests = string.Concat(Directory.EnumerateFiles(Path.Combine(TestPaths.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string[] names = [.. TestName().Matches(notes).Select(match => match.Groups[1].Value).Distinct()];

        Assert.InRange(names.Length, 30, 200);
        Assert.All(names, name => Assert.Matches($@"(void|Task|class) {name}\b", tests));
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+_[A-Za-z0-9]+|Tests))`")]
    private static partial Regex TestName();
}
