using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>Stages one behind the other.</summary>
public sealed class TransformerChain<TLastTransformer> : ITransformer, IEnumerable<ITransformer>, IDisposable
    where TLastTransformer : class, ITransformer
{
    /// <summary>The last stage; null if there is none.</summary>
    public readonly TLastTransformer LastTransformer;

    private readonly ITransformer[] _members;
    private readonly TransformerScope[] _scopes;
    private bool _isDisposed;

    /// <summary>A chain of stages, each with the occasions on which it is used.</summary>
    public TransformerChain(IEnumerable<ITransformer> transformers, IEnumerable<TransformerScope> scopes)
    {
        Throw.IfNull(transformers, "source");
        _members = [.. transformers];
        _scopes = [.. scopes ?? []];
        Throw.IfInvalid(_members.Length != _scopes.Length, "Every stage needs a scope.");
        LastTransformer = _members.LastOrDefault() as TLastTransformer;
        Throw.IfInvalid(LastTransformer is null && _members.Length > 0, $"The last stage is no {typeof(TLastTransformer)}.");
    }

    /// <summary>A chain of stages that are always used.</summary>
    public TransformerChain(params ITransformer[] transformers)
        : this(transformers ?? [], transformers?.Select(_ => TransformerScope.Everything))
    {
    }

    bool ITransformer.IsRowToRowMapper => Array.TrueForAll(_members, m => m.IsRowToRowMapper);

    /// <summary>The schema of what comes out of the stages that are used in scoring.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema, TransformerScope.Scoring);

    /// <summary>The schema of what comes out of the stages that are used on an occasion.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema, TransformerScope scope)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        return Used(scope).Aggregate(inputSchema, (schema, member) => member.GetOutputSchema(schema));
    }

    /// <summary>The view of what comes out of the stages that are used in scoring.</summary>
    public IDataView Transform(IDataView input) => Transform(input, TransformerScope.Scoring);

    /// <summary>The view of what comes out of the stages that are used on an occasion; all schemas are checked first.</summary>
    public IDataView Transform(IDataView input, TransformerScope scope)
    {
        Throw.IfNull(input, nameof(input));
        _ = GetOutputSchema(input.Schema, scope);
        return Used(scope).Aggregate(input, (view, member) => member.Transform(view));
    }

    /// <summary>The stages that are used on an occasion.</summary>
    public TransformerChain<ITransformer> GetModelFor(TransformerScope scopeFilter)
    {
        var used = _members.Zip(_scopes).Where(m => (m.Second & scopeFilter) != TransformerScope.None).ToList();
        return new(used.Select(m => m.First), used.Select(m => m.Second));
    }

    /// <summary>A new chain with a further stage.</summary>
    public TransformerChain<TNewLast> Append<TNewLast>(TNewLast transformer, TransformerScope scope = TransformerScope.Everything)
        where TNewLast : class, ITransformer
    {
        Throw.IfNull(transformer, nameof(transformer));
        return new([.. _members, transformer], [.. _scopes, scope]);
    }

    /// <summary>The stages.</summary>
    public IEnumerator<ITransformer> GetEnumerator() => ((IEnumerable<ITransformer>)_members).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Disposes every stage that can be disposed, once.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        foreach (var member in _members.OfType<IDisposable>())
        {
            member.Dispose();
        }

        _isDisposed = true;
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Throw.IfNull(inputSchema, nameof(inputSchema));
        Throw.IfInvalid(!((ITransformer)this).IsRowToRowMapper, "Not every stage of the chain maps row to row.");
        var mappers = new List<IRowToRowMapper>();
        var schema = inputSchema;
        foreach (var member in _members)
        {
            mappers.Add(member.GetRowToRowMapper(schema));
            schema = mappers[^1].OutputSchema;
        }

        return new ChainMapper(inputSchema, mappers);
    }

    private IEnumerable<ITransformer> Used(TransformerScope scope) =>
        _members.Zip(_scopes).Where(m => (m.Second & scope) != TransformerScope.None).Select(m => m.First);

    internal static TransformerChain<ITransformer> Read(MLContext context, BinaryReader reader)
    {
        var members = new (ITransformer Stage, TransformerScope Scope)[reader.ReadInt32()];
        for (int i = 0; i < members.Length; i++)
        {
            var scope = (TransformerScope)reader.ReadInt32();
            members[i] = (SavedTransformer.Read(context, reader), scope);
        }

        return new(members.Select(member => member.Stage), members.Select(member => member.Scope));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        Throw.IfNull(ctx, nameof(ctx));
        var writer = ctx.Begin(nameof(TransformerChain<>));
        writer.Write(_members.Length);
        foreach (var (member, scope) in _members.Zip(_scopes))
        {
            writer.Write((int)scope);
            SavedTransformer.Write(member, writer);
        }
    }
}
