namespace Microsoft.ML;

/// <summary>Writes the current value; what is handed in may be reused for it.</summary>
public delegate void ValueGetter<TValue>(ref TValue value);
