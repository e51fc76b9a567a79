using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class SchemaShape
{
    /// <summary>What is known of a column.</summary>
    public readonly struct Column
    {
        /// <summary>The name.</summary>
        public readonly string Name;

        /// <summary>Whether it holds vectors.</summary>
        public readonly VectorKind Kind;

        /// <summary>The type of a value, or of a vector's values; the raw type of a key.</summary>
        public readonly DataViewType ItemType;

        /// <summary>Whether the values are keys.</summary>
        public readonly bool IsKey;

        /// <summary>The shape of the annotations.</summary>
        public readonly SchemaShape Annotations;

        internal Column(string name, VectorKind kind, DataViewType itemType, bool isKey, SchemaShape annotations = null)
        {
            Name = name;
            Kind = kind;
            ItemType = itemType;
            IsKey = isKey;
            Annotations = annotations ?? Empty;
        }

        /// <summary>One value, so many values, or any number of them.</summary>
        public enum VectorKind
        {
            /// <summary>One value.</summary>
            Scalar,

            /// <summary>A vector of known size.</summary>
            Vector,

            /// <summary>A vector of any size.</summary>
            VariableVector,
        }

        internal static Column Of(string name, DataViewType type, DataViewSchema.Annotations annotations = null)
        {
            var kind = type is not VectorDataViewType vector ? VectorKind.Scalar
                : vector.IsKnownSize ? VectorKind.Vector
                : VectorKind.VariableVector;
            var itemType = (type as VectorDataViewType)?.ItemType ?? type;
            bool isKey = itemType is KeyDataViewType;
            if (isKey)
            {
                itemType = NumberDataViewType.All.Single(n => n.RawType == itemType.RawType);
            }

            return new Column(name, kind, itemType, isKey, annotations is null ? null : AllOf(annotations.Schema));
        }

        internal Column Renamed(string name) => new(name, Kind, ItemType, IsKey, Annotations);

        /// <summary>Whether this will do where the other is expected: a vector may be of any size if that one is.</summary>
        internal bool Suits(Column expected)
        {
            bool isVector = Kind == VectorKind.Vector && expected.Kind == VectorKind.VariableVector;
            return (Kind == expected.Kind || isVector) && ReferenceEquals(ItemType, expected.ItemType) && IsKey == expected.IsKey;
        }

        internal string Description => Kind == VectorKind.Scalar ? $"{ItemType}" : $"{Kind} of {ItemType}";
    }
}
