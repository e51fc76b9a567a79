using ZooPrune.Samples;

return CommandProgram.RunOnConsole(args, (output, error) => new WebProgram(output, error));
