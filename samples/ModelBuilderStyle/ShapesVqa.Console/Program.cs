using ZooPrune.Samples;

return CommandProgram.RunOnConsole(args, (output, error) => new ConsoleProgram(output, error));
