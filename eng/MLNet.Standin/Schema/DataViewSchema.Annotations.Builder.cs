using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    public sealed partial class Annotations
    {
        /// <summary>Makes annotations.</summary>
        public sealed class Builder
        {
            private readonly List<(DetachedColumn Column, Delegate Getter)> _items = [];

            /// <summary>Takes over those of another column whose names the selector accepts.</summary>
            public void Add(Annotations annotations, Func<string, bool> selector)
            {
                Throw.IfNull(selector, nameof(selector));
                foreach (var column in annotations?.Schema ?? Empty.Schema)
                {
                    if (selector(column.Name))
                    {
                        _items.Add((new DetachedColumn(column), annotations.GetterAt(column.Index)));
                    }
                }
            }

            /// <summary>Adds a value that a getter gives.</summary>
            public void Add<TValue>(string name, DataViewType type, ValueGetter<TValue> getter, Annotations annotations = null)
            {
                Throw.IfNullOrEmpty(name, nameof(name));
                Throw.IfNull(type, nameof(type));
                Throw.IfNull(getter, nameof(getter));
                Throw.IfBadArgument(type.RawType != typeof(TValue), nameof(type), "The getter is for another type.");
                _items.Add((new DetachedColumn(name, type, annotations), getter));
            }

            /// <summary>Adds a value that a getter of a type not known here gives.</summary>
            public void Add(string name, DataViewType type, Delegate getter, Annotations annotations = null)
            {
                Throw.IfNullOrEmpty(name, nameof(name));
                Throw.IfNull(type, nameof(type));
                Throw.IfNull(getter, nameof(getter));
                if (getter.GetType() != typeof(ValueGetter<>).MakeGenericType(type.RawType))
                {
                    // ML.NET finds out behind reflection.
                    throw new TargetInvocationException(new ArgumentException("The getter is for another type.", nameof(getter)));
                }

                _items.Add((new DetachedColumn(name, type, annotations), getter));
            }

            /// <summary>Adds a value that does not change.</summary>
            public void AddPrimitiveValue<TValue>(string name, PrimitiveDataViewType type, TValue value, Annotations annotations = null)
            {
                Throw.IfNullOrEmpty(name, nameof(name));
                Throw.IfNull(type, nameof(type));
                Throw.IfBadArgument(type.RawType != typeof(TValue), nameof(type), "The value is of another type.");
                Add(name, type, (ref TValue destination) => destination = value, annotations);
            }

            /// <summary>All annotations so far.</summary>
            public Annotations ToAnnotations()
            {
                var schema = new DataViewSchema.Builder();
                schema.AddColumns(_items.Select(item => item.Column));
                return new Annotations(schema.ToSchema(), [.. _items.Select(item => item.Getter)]);
            }
        }
    }
}
