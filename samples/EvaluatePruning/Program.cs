using ZooPrune.Samples;

return CommandProgram.RunOnConsole(args, (output, error) => new EvaluateProgram(output, error));
