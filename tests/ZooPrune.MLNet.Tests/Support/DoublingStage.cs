using Microsoft.ML.Data;

namespace ZooPrune.MLNet.Tests;

/// <summary>A stage without a model: Y = 2 X, Fixed = [X, X, X], Free = X times the number X. Counts what it does.</summary>
internal sealed class DoublingStage : StageDefinition
{
    private int _opened;
    private int _computed;

    public DoublingStage(RowErrors errors = RowErrors.Report, string input = "X", string output = "Y", string errorColumnName = "Error")
        : base("Doubling", errors, errorColumnName)
    {
        X = Reads(InputColumn.Scalar(input, NumberDataViewType.Single, "name the column with the numbers."), "InputColumnName");
        Y = Adds(new ScalarColumn<float>(output, NumberDataViewType.Single), "OutputColumnName");
        Fixed = Adds(new VectorColumn<float>(output + "Fixed", new VectorDataViewType(NumberDataViewType.Single, 3)), "FixedColumnName");
        Free = Adds(new VectorColumn<float>(output + "Free", new VectorDataViewType(NumberDataViewType.Single)), "FreeColumnName");
    }

    public InputColumn X { get; }

    public ScalarColumn<float> Y { get; }

    public VectorColumn<float> Fixed { get; }

    public VectorColumn<float> Free { get; }

    /// <summary>What to throw for which X.</summary>
    public (float X, Exception Exception)? ThrowAt { get; init; }

    /// <summary>Cursors and rows in which at least one column of the stage was active.</summary>
    public int Opened => _opened;

    /// <summary>Rows computed.</summary>
    public int Computed => _computed;

    public override BatchMapper Open(InputRow row, int capacity)
    {
        Interlocked.Increment(ref _opened);
        return new Mapper(this, row);
    }

    private sealed class Mapper : RowMapper
    {
        private readonly DoublingStage _stage;
        private readonly ScalarInput<float> _x;
        private readonly ScalarOutput<float> _y;
        private readonly VectorOutput<float> _fixed;
        private readonly VectorOutput<float> _free;
        private readonly float[] _buffer = new float[100];

        public Mapper(DoublingStage stage, InputRow row)
            : base(stage, row)
        {
            _stage = stage;
            _x = row.Scalar<float>(stage.X);
            _y = Output(stage.Y);
            _fixed = Output(stage.Fixed);
            _free = Output(stage.Free);
        }

        protected override void Compute()
        {
            Interlocked.Increment(ref _stage._computed);
            float x = _x.Value;
            if (_stage.ThrowAt is { } throwAt && throwAt.X == x)
            {
                throw throwAt.Exception;
            }

            Array.Fill(_buffer, x);
            _y.Set(0, 2 * x);
            _fixed.Set(0, _buffer.AsSpan(0, 3));
            _free.Set(0, _buffer.AsSpan(0, (int)x));
        }
    }
}
