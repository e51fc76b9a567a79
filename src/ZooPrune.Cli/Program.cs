using ZooPrune.Cli;

return ToolProgram.RunOnConsole(args);
