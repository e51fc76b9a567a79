using ZooPrune.Samples;

return CommandProgram.RunOnConsole(args, (output, error) => new BatchProgram(output, error));
