using ZooPrune.Cli;

return CommandProgram.RunOnConsole(args, (output, error) => new ToolProgram(output, error));
