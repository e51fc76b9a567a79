using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>A column of a schema. Cursors tell columns apart by <see cref="Index"/>.</summary>
    public readonly struct Column
    {
        internal Column(string name, int index, bool isHidden, DataViewType type, Annotations annotations)
        {
            Name = name;
            Index = index;
            IsHidden = isHidden;
            Type = type;
            Annotations = annotations;
        }

        /// <summary>The name.</summary>
        public string Name { get; }

        /// <summary>The place in the schema.</summary>
        public int Index { get; }

        /// <summary>Whether a later column has the same name.</summary>
        public bool IsHidden { get; }

        /// <summary>The type.</summary>
        public DataViewType Type { get; }

        /// <summary>What else is known about the column; never null in a schema.</summary>
        public Annotations Annotations { get; }

        /// <summary>Name, type and the names of the annotations.</summary>
        public override string ToString() =>
            $"{Name}: {Type}{(Annotations is { Schema.Count: > 0 } ? $" {{{Annotations}}}" : "")}";
    }
}
