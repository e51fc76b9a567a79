namespace ZooPrune.Onnx;

/// <summary>A part of a grid of visual tokens.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Rows">Rows, &gt;= 0.</param>
/// <param name="Columns">Columns, &gt;= 0.</param>
internal readonly record struct TokenWindow(int Top, int Left, int Rows, int Columns);
