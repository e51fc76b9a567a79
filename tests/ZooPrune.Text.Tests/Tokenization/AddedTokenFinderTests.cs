namespace ZooPrune.Text.Tests;

public sealed class AddedTokenFinderTests
{
    [Fact]
    public void Split_SeveralFit_TakesTheLongestOfTheLeftmost() =>
        Assert.Equal("x[<a>b]y[<a>]", Split("x<a>by<a>", Token(1, "<a>"), Token(2, "<a>b")));

    [Fact]
    public void Split_StripsWhiteSpaceThatBelongsToTheToken() =>
        Assert.Equal("x[  <a> ]y", Split("x  <a> y", Token(1, "<a>") with { TakesLeft = true, TakesRight = true }));

    [Fact]
    public void Split_NoToken_GivesTheTextBack() => Assert.Equal("abc", Split("abc", Token(1, "<a>")));

    [Fact]
    public void Split_EmptyText_GivesNothing() => Assert.Empty(new AddedTokenFinder([]).Split(""));

    private static AddedToken Token(int id, string content) => new(id, content, true, false, false, false, false);

    private static string Split(string text, params AddedToken[] tokens) => string.Concat(
        new AddedTokenFinder(tokens.Select(token => (token.Content, token))).Split(text)
            .Select(piece => piece.Token is null ? text[piece.Start..piece.End] : $"[{text[piece.Start..piece.End]}]"));
}
