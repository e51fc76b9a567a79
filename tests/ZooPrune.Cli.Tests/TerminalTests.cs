namespace ZooPrune.Cli.Tests;

public class TerminalTests
{
    [Fact]
    [Trait("Speed", "Slow")]
    public void While_WorkOfMoreThanTwoSeconds_SaysSoOnStandardError()
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using Terminal terminal = new(Consoles.Over(output, true), Consoles.Over(error, true), CancellationToken.None);

        int result = terminal.While("thinking", () =>
        {
            Thread.Sleep(2300);
            return 42;
        });

        Assert.Equal((42, "", "thinking: 2 s so far"), (result, output.ToString(), error.ToString().TrimEnd()));
    }

    [Fact]
    public void While_WorkThatFails_ThrowsItsOwnException()
    {
        using Terminal terminal = new(Consoles.Over(TextWriter.Null, true), Consoles.Over(TextWriter.Null, true), CancellationToken.None);

        Assert.Throws<UsageException>(() => terminal.While<int>("failing", () => throw new UsageException("no")));
    }

    [Fact]
    public void While_CancelledMeanwhile_LeavesTheWorkAndItsResources()
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim end = new();
        var resource = new Resource();
        using (Terminal terminal = new(Consoles.Over(TextWriter.Null, true), Consoles.Over(TextWriter.Null, true), stop.Token))
        {
            terminal.Own(resource);
            stop.CancelAfter(50);
            Assert.Throws<OperationCanceledException>(() => terminal.While("waiting", () => end.Wait(TimeSpan.FromMinutes(1))));
        }

        Assert.False(resource.IsDisposed);
        end.Set();
    }

    [Fact]
    public void WhileWriting_Pieces_AreWrittenAsTheyCome()
    {
        using StringWriter output = new();
        using ManualResetEventSlim first = new();
        using Terminal terminal = new(Consoles.Over(new Signalling(output, first), true), Consoles.Over(TextWriter.Null, true), CancellationToken.None);

        bool wasWritten = terminal.WhileWriting("telling", write =>
        {
            write("one ");
            bool isThere = first.Wait(TimeSpan.FromSeconds(30));
            write("two\e");
            return isThere;
        });

        Assert.True(wasWritten);
        Assert.Equal("one two\uFFFD", output.ToString().TrimEnd());
    }

    [Fact]
    public void WhileWriting_FailsAfterAPiece_EndsTheLineAndThrows()
    {
        using StringWriter output = new();
        using Terminal terminal = new(Consoles.Over(output, true), Consoles.Over(TextWriter.Null, true), CancellationToken.None);

        Assert.Throws<UsageException>(() => terminal.WhileWriting<int>("telling", write =>
        {
            write("half");
            throw new UsageException("no");
        }));

        Assert.Equal("half" + Environment.NewLine, output.ToString());
    }

    [Fact]
    public void WhileWriting_CancelledBetweenPieces_LeavesTheWork()
    {
        using StringWriter output = new();
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim end = new();
        using Terminal terminal = new(Consoles.Over(output, true), Consoles.Over(TextWriter.Null, true), stop.Token);

        Assert.Throws<OperationCanceledException>(() => terminal.WhileWriting("telling", write =>
        {
            write("half");
            stop.CancelAfter(50);
            return end.Wait(TimeSpan.FromMinutes(1));
        }));

        Assert.Equal("half", output.ToString().TrimEnd());
        end.Set();
    }

    [Fact]
    public void Dispose_NothingLeftBehind_DisposesWhatItOwns()
    {
        var resource = new Resource();
        using (Terminal terminal = new(Consoles.Over(TextWriter.Null, true), Consoles.Over(TextWriter.Null, true), CancellationToken.None))
        {
            terminal.Own(resource);
        }

        Assert.True(resource.IsDisposed);
    }

    [Fact]
    public void Say_ControlCharacters_AreReplaced()
    {
        using StringWriter output = new();
        using Terminal terminal = new(Consoles.Over(output, true), Consoles.Over(TextWriter.Null, true), CancellationToken.None);

        terminal.Say("a\e[31mb\a\nc [bold]d[/]");

        Assert.Equal("a\uFFFD[31mb\uFFFD\nc [bold]d[/]", output.ToString().TrimEnd());
    }

    /// <summary>Says when something has been written.</summary>
    private sealed class Signalling(StringWriter inner, ManualResetEventSlim written) : StringWriter
    {
        public override void Write(string? value)
        {
            inner.Write(value);
            written.Set();
        }

        public override void WriteLine(string? value) => inner.WriteLine(value);
    }

    private sealed class Resource : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
