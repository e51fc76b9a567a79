using ZooPrune.Studies;

return CommandProgram.RunOnConsole(args, (output, error) => new StudyProgram(output, error));
