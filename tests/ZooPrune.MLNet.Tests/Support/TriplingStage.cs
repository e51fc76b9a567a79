using System.Collections.Concurrent;
using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>A stage without a model that computes batches: Z = 3 X and ZFixed = [X, X]. Writes down which rows it computes
/// together.</summary>
internal sealed class TriplingStage : StageDefinition
{
    public TriplingStage(int batchSize, RowErrors errors = RowErrors.Report)
        : base("Tripling", errors, "Error")
    {
        BatchSize = batchSize;
        X = Reads(InputColumn.Scalar("X", NumberDataViewType.Single, "name the column with the numbers."), "InputColumnName");
        Z = Adds(new ScalarColumn<float>("Z", NumberDataViewType.Single), "OutputColumnName");
        Fixed = Adds(new VectorColumn<float>("ZFixed", new VectorDataViewType(NumberDataViewType.Single, 2)), "FixedColumnName");
    }

    public InputColumn X { get; }

    public ScalarColumn<float> Z { get; }

    public VectorColumn<float> Fixed { get; }

    /// <summary>What to throw for which X when the row is read.</summary>
    public (float X, Exception Exception)? ReadThrows { get; init; }

    /// <summary>What to throw when this X is among those computed, whatever their number.</summary>
    public (float X, Exception Exception)? ComputeThrows { get; init; }

    /// <summary>The X of the rows that were computed together, "3 4 5".</summary>
    public ConcurrentQueue<string> Batches { get; } = [];

    public int Disposed { get; private set; }

    public override BatchMapper Open(InputRow row, int capacity) => new Mapper(this, row, capacity);

    private sealed class Mapper : BatchMapper
    {
        private readonly TriplingStage _stage;
        private readonly ScalarInput<float> _x;
        private readonly ScalarOutput<float> _z;
        private readonly VectorOutput<float> _fixed;
        private readonly float[] _read;

        public Mapper(TriplingStage stage, InputRow row, int capacity)
            : base(stage, row, capacity)
        {
            _stage = stage;
            _x = row.Scalar<float>(stage.X);
            _z = Output(stage.Z);
            _fixed = Output(stage.Fixed);
            _read = new float[capacity];
        }

        public override void Dispose()
        {
            _stage.Disposed++;
            base.Dispose();
        }

        protected override void ReadRow(int slot)
        {
            _read[slot] = _x.Value;
            ThrowIf(_stage.ReadThrows, _x.Value);
        }

        protected override void Compute(ReadOnlySpan<int> slots)
        {
            float[] all = [.. slots.ToArray().Select(slot => _read[slot])];
            _stage.Batches.Enqueue(string.Join(' ', all));
            foreach (float x in all)
            {
                ThrowIf(_stage.ComputeThrows, x);
            }

            foreach (int slot in slots)
            {
                _z.Set(slot, 3 * _read[slot]);
                _fixed.Set(slot, [_read[slot], _read[slot]]);
            }
        }

        private static void ThrowIf((float X, Exception Exception)? rule, float x)
        {
            if (rule is { } found && found.X == x)
            {
                throw found.Exception;
            }
        }
    }
}

/// <summary>What <see cref="TriplingStage"/> adds, and what it passes on.</summary>
internal sealed class Tripled
{
    public float X { get; set; }

    public string Text { get; set; } = string.Empty;

    public float Z { get; set; }

    public float[] ZFixed { get; set; } = [];

    public string Error { get; set; } = string.Empty;
}
