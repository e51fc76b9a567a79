namespace ZooPrune.Samples;

/// <summary>A place between two rows of the input.</summary>
/// <param name="Offset">Bytes of the file before it.</param>
/// <param name="Line">Number of the line that begins there, from 1.</param>
internal readonly record struct InputPosition(long Offset, long Line);
