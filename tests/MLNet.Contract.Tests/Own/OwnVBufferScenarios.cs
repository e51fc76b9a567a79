using Microsoft.ML.Data;

namespace ZooPrune.Contract;

/// <summary>Scenarios of our own: vectors; the texts are the genuine packages' answers.</summary>
public static class OwnVBufferScenarios
{
    /// <summary>The scenarios by name.</summary>
    public static IEnumerable<(string Name, Func<string> Run)> All { get; } = Catalog.Of(
        VBuffer_ConstructorErrors,
        VBuffer_ItemsAndEnumeration,
        VBuffer_CopyErrors,
        VBuffer_CopyIntoSharedArrays,
        VBuffer_EditorOptions,
        VBuffer_EditorErrors,
        VBuffer_EnumerationShowsTheArray);

    private static string VBuffer_ConstructorErrors()
    {
        var t = new Transcript();
        t.Throws("null values", () => _ = new VBuffer<float>(1, null!));
        t.Throws("null values, length 0", () => t.Line(Kit.Text(new VBuffer<float>(0, null!))));
        t.Throws("negative count", () => _ = new VBuffer<float>(3, -1, [], []));
        t.Throws("no indices", () => _ = new VBuffer<float>(3, 1, [1f], null!));
        t.Throws("too few indices", () => _ = new VBuffer<float>(5, 2, [1f, 2f], [1]));
        t.Throws("too few values", () => _ = new VBuffer<float>(5, 2, [1f], [1, 2]));
        t.Throws("unordered indices", () => t.Line(Kit.Text(new VBuffer<float>(5, 2, [1f, 2f], [3, 1]))));
        t.Throws("index beyond", () => t.Line(Kit.Text(new VBuffer<float>(5, 1, [1f], [9]))));
        t.Throws("negative length", () => _ = new VBuffer<float>(-1, 0, [], []));
        t.Line($"{new VBuffer<float>(2, [1f, 2f])} | {new VBuffer<float>(3, 1, [1f], [0])} | {default(VBuffer<float>)}");
        t.Throws("count 0 without indices", () => t.Line(Kit.Text(new VBuffer<float>(3, 0, null!, null!))));
        return t.ToString();
    }

    private static string VBuffer_ItemsAndEnumeration()
    {
        var t = new Transcript();
        var sparse = new VBuffer<float>(4, 2, [7f, 8f], [1, 3]);
        var dense = new VBuffer<float>(2, [5f, 6f]);
        foreach (var buffer in new[] { sparse, dense, new VBuffer<float>(2, 0, [], []), default })
        {
            t.Line($"items {string.Join(" ", buffer.Items().Select(i => $"{i.Key}:{Kit.Text(i.Value)}"))}, "
                + $"all {string.Join(" ", buffer.Items(all: true).Select(i => $"{i.Key}:{Kit.Text(i.Value)}"))}");
        }

        t.Line($"enumerated dense {Kit.Text(dense.Cast<object>().ToList())}");
        t.Throws("item -1", () => dense.GetItemOrDefault(-1));
        float value = 0;
        sparse.GetItemOrDefault(3, ref value);
        t.Line($"item 3 {Kit.Text(value)}");
        t.Throws("by reference, beyond", () => sparse.GetItemOrDefault(4, ref value));
        t.Throws("item of the empty one", () => default(VBuffer<float>).GetItemOrDefault(0));
        return t.ToString();
    }

    private static string VBuffer_CopyErrors()
    {
        var t = new Transcript();
        var dense = new VBuffer<float>(3, [1f, 2f, 3f]);
        VBuffer<float> target = default;
        t.Throws("begins before", () => dense.CopyTo(ref target, -1, 1));
        t.Throws("begins beyond", () => dense.CopyTo(ref target, 4, 0));
        t.Throws("ends beyond", () => dense.CopyTo(ref target, 2, 2));
        t.Throws("negative length", () => dense.CopyTo(ref target, 1, -1));
        t.Throws("nothing at the end", () => dense.CopyTo(ref target, 3, 0));
        t.Throws("index before the span", () => dense.CopyTo(new float[5], -1));
        t.Throws("index beyond the span", () => dense.CopyTo(new float[5], 6));
        t.Throws("no room behind the index", () => dense.CopyTo(new float[5], 3));
        t.Throws("array part beyond", () => VBuffer<float>.Copy([1f, 2f], 1, ref target, 2));
        t.Throws("array part before", () => VBuffer<float>.Copy([1f, 2f], -1, ref target, 1));
        t.Throws("no array", () => VBuffer<float>.Copy(null!, 0, ref target, 1));
        t.Throws("no array, nothing", () => VBuffer<float>.Copy(null!, 0, ref target, 0));
        t.Throws("negative part", () => VBuffer<float>.Copy([1f, 2f], 0, ref target, -1));
        default(VBuffer<float>).CopyTo(ref target);
        t.Line("empty copy " + Kit.Text(target));
        var sparse = new VBuffer<float>(6, 3, [7f, 8f, 9f], [1, 3, 4]);
        foreach (var (index, length) in new[] { (0, 2), (1, 3), (3, 2), (2, 1), (5, 1), (0, 6), (3, 0) })
        {
            sparse.CopyTo(ref target, index, length);
            t.Line($"{index},{length}: {Kit.Text(target)}");
        }

        return t.ToString();
    }

    private static string VBuffer_CopyIntoSharedArrays()
    {
        var t = new Transcript();
        float[] array = [1, 2, 3];
        var buffer = new VBuffer<float>(3, array);
        var source = new VBuffer<float>(2, [8f, 9f]);
        source.CopyTo(ref buffer);
        t.Line($"{Kit.Text(buffer)}, the array now {Kit.Text(array)}");
        var sparse = new VBuffer<float>(5, 1, [4f], [2]);
        sparse.CopyTo(ref buffer);
        t.Line($"{Kit.Text(buffer)}, the array now {Kit.Text(array)}");
        source.CopyTo(ref buffer);
        t.Line($"{Kit.Text(buffer)}, indices {buffer.GetIndices().Length}");
        return t.ToString();
    }

    private static string VBuffer_EditorOptions()
    {
        var t = new Transcript();
        VBuffer<float> buffer = new(3, [1f, 2f, 3f]);
        var editor = VBufferEditor.Create(ref buffer, 5, keepOldOnResize: true);
        t.Line($"kept {Kit.Text(editor.Values[..3].ToArray())}, new {Kit.Text(editor.CreatedNewValues)}, values {editor.Values.Length}");
        buffer = new(3, [1f, 2f, 3f]);
        editor = VBufferEditor.Create(ref buffer, 3, requireIndicesOnDense: true);
        t.Line($"indices {editor.Indices.Length}, new {Kit.Text(editor.CreatedNewIndices)}, values new {Kit.Text(editor.CreatedNewValues)}");
        editor = VBufferEditor.Create(ref buffer, 9, 2, maxValuesCapacity: 4);
        t.Line($"values {editor.Values.Length}, indices {editor.Indices.Length}");
        editor = VBufferEditor.Create(ref buffer, 9, 0);
        buffer = editor.Commit();
        t.Line($"{Kit.Text(buffer)}");
        buffer = new(3, [1f, 2f, 3f]);
        editor = VBufferEditor.CreateFromBuffer(ref buffer);
        t.Line($"from dense: values {editor.Values.Length}, indices {editor.Indices.Length}, new {Kit.Text(editor.CreatedNewValues)}");
        buffer = editor.Commit();
        t.Line($"{Kit.Text(buffer)}");
        editor = VBufferEditor.Create(ref buffer, 0);
        t.Line($"nothing {Kit.Text(editor.Commit())}");
        VBuffer<float> none = default;
        t.Line($"from default {VBufferEditor.CreateFromBuffer(ref none).Values.Length}");
        return t.ToString();
    }

    private static string VBuffer_EditorErrors()
    {
        var t = new Transcript();
        VBuffer<float> buffer = default;
        t.Throws("negative length", () => VBufferEditor.Create(ref buffer, -1));
        t.Throws("negative count", () => VBufferEditor.Create(ref buffer, 3, -1));
        t.Throws("more values than length", () => VBufferEditor.Create(ref buffer, 3, 4));
        t.Throws("capacity beyond the length", () => VBufferEditor.Create(ref buffer, 3, 2, 4));
        t.Throws("capacity below the count", () => VBufferEditor.Create(ref buffer, 3, 2, 1));
        t.Throws("truncated to more", () => VBufferEditor.Create(ref buffer, 4, 2).CommitTruncated(3));
        t.Throws("truncated to less than nothing", () => VBufferEditor.Create(ref buffer, 4, 2).CommitTruncated(-1));
        t.Throws("dense, truncated", () => t.Line(Kit.Text(VBufferEditor.Create(ref buffer, 4).CommitTruncated(2))));
        return t.ToString();
    }

    private static string VBuffer_EnumerationShowsTheArray()
    {
        var t = new Transcript();
        foreach (int length in new[] { 1, 2, 3, 4, 5, 6, 7, 9, 12 })
        {
            VBuffer<float> buffer = default;
            buffer = VBufferEditor.Create(ref buffer, length).Commit();
            t.Line($"{length}: {buffer.Cast<object>().Count()}");
        }

        VBuffer<float> grown = new(5, [1f, 2f, 3f, 4f, 5f]);
        grown = VBufferEditor.Create(ref grown, 6, keepOldOnResize: true).Commit();
        t.Line($"grown by one: {grown.Cast<object>().Count()}");
        t.Throws("default", () => default(VBuffer<float>).GetEnumerator());
        t.Line($"sparse: {new VBuffer<float>(5, 1, [4f], [2]).Cast<object>().Count()}");
        return t.ToString();
    }
}
