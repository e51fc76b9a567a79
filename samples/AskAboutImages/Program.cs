using ZooPrune.Samples;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C ends the run after the row at hand; a second one ends the program.
    pressed.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};

var program = new AskProgram(
    Consoles.Over(Console.Out, Console.IsOutputRedirected),
    Consoles.Over(Console.Error, Console.IsErrorRedirected));
return program.Run(args, stop.Token);
