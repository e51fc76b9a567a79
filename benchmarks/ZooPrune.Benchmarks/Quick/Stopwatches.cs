using System.Diagnostics;

namespace ZooPrune.Benchmarks;

/// <summary>Times several actions in turn, so that a slow moment of the machine hits all of them alike.</summary>
internal static class Stopwatches
{
    /// <summary>The median time of each action in milliseconds, over rounds, after one round that is not counted.</summary>
    /// <param name="rounds">How often each action runs; 1 or more.</param>
    /// <param name="actions">What to time.</param>
    public static double[] Median(int rounds, params Action[] actions) => [.. Times(rounds, actions).Select(times => times.Order().ElementAt(rounds / 2))];

    /// <summary>The fastest time of each action in milliseconds, over rounds, after one round that is not counted.</summary>
    /// <param name="rounds">How often each action runs; 1 or more.</param>
    /// <param name="actions">What to time.</param>
    public static double[] Fastest(int rounds, params Action[] actions) => [.. Times(rounds, actions).Select(times => times.Min())];

    private static double[][] Times(int rounds, Action[] actions)
    {
        double[][] times = [.. actions.Select(_ => new double[rounds])];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                actions[i]();
                double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (round >= 0)
                {
                    times[i][round] = milliseconds;
                }
            }
        }

        return times;
    }
}
