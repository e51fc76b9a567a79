using System.Diagnostics;

namespace ZooPrune.Onnx;

/// <summary>Times actions a few times each, in turn, so that a slow moment of the machine hits all of them alike.</summary>
internal static class RunTimer
{
    private const int MostRounds = 5;

    // Long runs need no repeating: their noise is small beside them, and somebody is waiting for an answer.
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);

    /// <summary>The median of each action in milliseconds, after one run of each that is not counted.</summary>
    /// <param name="actions">What to time. The first run may load and compile.</param>
    public static double[] Medians(params ReadOnlySpan<Action> actions)
    {
        foreach (Action action in actions)
        {
            action();
        }

        var rounds = new List<double[]>();
        long start = Stopwatch.GetTimestamp();
        do
        {
            double[] round = new double[actions.Length];
            for (int i = 0; i < actions.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                actions[i]();
                round[i] = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
            }

            rounds.Add(round);
        }
        while (rounds.Count < MostRounds && Stopwatch.GetElapsedTime(start) < Enough);

        double[] medians = new double[actions.Length];
        for (int i = 0; i < medians.Length; i++)
        {
            double[] times = [.. rounds.Select(round => round[i]).Order()];
            medians[i] = (times[times.Length / 2] + times[(times.Length - 1) / 2]) / 2;
        }

        return medians;
    }
}
