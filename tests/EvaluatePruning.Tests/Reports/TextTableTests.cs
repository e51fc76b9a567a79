namespace ZooPrune.Samples.Tests;

public class TextTableTests
{
    [Fact]
    public void ToMarkdown_Rows_AlignsFiguresAndEscapesBars() => Assert.Equal(
        """
        Title

        | method | keep 64 |
        | --- | ---: |
        | a\|b | 90.5 |

        """,
        new TextTable("Title", ["method", "keep 64"], [["a|b", "90.5"]]).ToMarkdown());
}
