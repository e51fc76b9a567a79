using ZooPrune.Samples;

return CommandProgram.RunOnConsole(args, (output, error) => new AskProgram(output, error));
