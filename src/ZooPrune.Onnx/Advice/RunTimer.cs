using System.Diagnostics;

namespace ZooPrune.Onnx;

/// <summary>Times actions a few times each, in turn, so that a slow moment of the machine hits all of them alike.</summary>
internal static class RunTimer
{
    private const int MostRounds = 7;

    // Long runs need no repeating: their noise is small beside them, and somebody is waiting for an answer.
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);

    /// <summary>The fastest run of each action in milliseconds, after one run of each that is not counted. Whatever else the machine
    /// does can only add to a time, so the fastest is the steadiest.</summary>
    /// <param name="actions">What to time. The first run may load and compile.</param>
    public static double[] Fastest(params ReadOnlySpan<Action> actions)
    {
        double[] fastest = new double[actions.Length];
        Array.Fill(fastest, double.PositiveInfinity);
        foreach (Action action in actions)
        {
            action();
        }

        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < MostRounds && (round == 0 || Stopwatch.GetElapsedTime(start) < Enough); round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                actions[i]();
                fastest[i] = Math.Min(fastest[i], Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
        }

        return fastest;
    }
}
