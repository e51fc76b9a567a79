namespace ZooPrune.Onnx;

/// <summary>Copies an ONNX file without what is not selected; what is kept is kept byte by byte.</summary>
/// <param name="graph">The file's graph.</param>
/// <param name="selection">What is kept, and what is new.</param>
internal sealed class GraphFilter(OnnxGraph graph, GraphSelection selection)
{
    /// <param name="file">The file that the graph was read from.</param>
    /// <exception cref="InvalidDataException">What is kept is too large for one message.</exception>
    public byte[] Write(ReadOnlyMemory<byte> file)
    {
        var model = new ProtobufParts();
        var message = new ProtobufReader(file);
        for (int start = 0; message.TryReadField(out int field, out WireType type); start = message.Position)
        {
            if (field == 7)
            {
                model.Add(7, Filter(message.ReadMessage()));
            }
            else
            {
                message.Skip(type);
                model.Add(message.Since(start));
            }
        }

        return model.ToArray();
    }

    private ProtobufParts Filter(ProtobufReader message)
    {
        var kept = new ProtobufParts();
        int index = 0;
        for (int start = 0; message.TryReadField(out int field, out WireType type); start = message.Position)
        {
            switch (field)
            {
                case 1:
                    message.Skip(type);
                    if (selection.Rewritten.TryGetValue(index, out OnnxNode? node))
                    {
                        kept.Add(1, OnnxGraphBuilder.Encode(node, node.Inputs, node.Outputs));
                    }
                    else if (selection.Nodes.Contains(index))
                    {
                        kept.Add(message.Since(start));
                    }

                    index++;
                    break;
                case 5:
                    if (selection.Values.Contains(OnnxTensorReader.NameOf(message.ReadBytes())))
                    {
                        kept.Add(message.Since(start));
                    }

                    break;

                // An initialiser may be an input as well; without the one the other would have to be fed.
                case 11 or 13:
                    string name = OnnxValueReader.Read(message.ReadMessage()).Name;
                    if (selection.Values.Contains(name) || (field == 11 && !graph.Constants.ContainsKey(name)))
                    {
                        kept.Add(message.Since(start));
                    }

                    break;
                default:
                    // Not the output, nor notes on quantised values.
                    message.Skip(type);
                    if (field is not (12 or 14))
                    {
                        kept.Add(message.Since(start));
                    }

                    break;
            }
        }

        selection.NewNodes.ForEach(node => kept.Add(1, node));
        selection.NewConstants.ForEach(constant => kept.Add(5, constant));
        kept.Add(12, selection.Output);
        return kept;
    }
}
