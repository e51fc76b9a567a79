using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace ZooPrune.Cli.Tests;

/// <summary>A test that needs Slurm's daemons and the right to start them; skipped without, which the summary says.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip =
        Array.Find(["munged", "slurmctld", "slurmd", "sbatch"], name => !Programs.AreThere(name)) is { } missing
            ? $"Needs {missing}: apt-get install slurm-wlm munge."
            : Environment.UserName == "root" ? null : "Needs to be root, whom munged and slurmd run as here.";
}

/// <summary>A controller of Slurm and two nodes on this machine, with ports, keys and folders of their own. Nothing is left when it is
/// disposed.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SlurmCluster : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<Process> _daemons = [];
    private readonly Dictionary<string, Process> _nodes = [];

    public SlurmCluster()
    {
        File.SetUnixFileMode(_folder.Root, (UnixFileMode)0b111_001_001); // Munge wants its socket within everybody's reach.
        File.WriteAllBytes(Key, RandomNumberGenerator.GetBytes(128));
        File.SetUnixFileMode(Key, UnixFileMode.UserRead);
        int[] ports = FreePorts(3);
        File.WriteAllText(Configuration, $"""
            ClusterName=zooprune
            SlurmctldHost={Dns.GetHostName().Split('.')[0]}(127.0.0.1)
            SlurmctldPort={ports[0]}
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            # A job that is started again waits as long as a credential lives, 5 s at least.
            AuthInfo=socket={Socket},cred_expire=5
            CredType=cred/munge
            StateSaveLocation={_folder.Root}
            SlurmdSpoolDir={_folder.Root}/spool-%n
            SlurmctldPidFile={_folder.Root}/slurmctld.pid
            SlurmdPidFile={_folder.Root}/slurmd-%n.pid
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            MpiDefault=none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SchedulerParameters=sched_interval=1,bf_interval=1
            ReturnToService=2
            KillWait=2
            SlurmdParameters=config_overrides
            NodeName=one NodeHostname={Dns.GetHostName().Split('.')[0]} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2
            NodeName=two NodeHostname={Dns.GetHostName().Split('.')[0]} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2
            PartitionName=all Nodes=ALL Default=YES State=UP

            """);
        StartDaemon("munged", "--foreground", "--force", $"--socket={Socket}", $"--key-file={Key}", $"--pid-file={_folder.Root}/munge.pid",
            $"--log-file={_folder.Root}/munge.log", $"--seed-file={_folder.Root}/munge.seed");
        Programs.Until(() => File.Exists(Socket), "munged to listen");
        StartDaemon("slurmctld", "-D");
        StartNode("one");
        StartNode("two");
        Programs.Until(() => Try("sinfo", "--noheader", "--format=%A") is "2/0" or "0/2", "the nodes to be idle");
    }

    /// <summary>What the daemons have written.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Concat(_log);
            }
        }
    }

    private readonly List<string> _log = [];

    private string Configuration => _folder.PathOf("slurm.conf");

    private string Socket => _folder.PathOf("munge.socket");

    private string Key => _folder.PathOf("munge.key");

    /// <summary>Runs one of Slurm's commands.</summary>
    /// <returns>Its standard output.</returns>
    public string Run(string command, params string[] arguments)
    {
        (int code, string output, string error) = Start(command, [], arguments);
        Assert.True(code == 0, $"{command} {string.Join(' ', arguments)}: {error}{Environment.NewLine}{Log}");
        return output.Trim();
    }

    /// <summary>The same with environment variables, which a job gets too.</summary>
    public string Run(string command, (string Name, string Value)[] environment, params string[] arguments)
    {
        (int code, string output, string error) = Start(command, environment, arguments);
        Assert.True(code == 0, $"{command} {string.Join(' ', arguments)}: {error}{Environment.NewLine}{Log}");
        return output.Trim();
    }

    /// <summary>Starts a node's daemon.</summary>
    public void StartNode(string node) => _nodes[node] = StartDaemon("slurmd", "-D", "-N", node);

    /// <summary>Ends a node's daemon as a power cut does; the tasks that it had live on.</summary>
    public void KillNode(string node) => _nodes[node].Kill();

    public void Dispose()
    {
        Try("scancel", "--quiet", "--signal=KILL", "--state=RUNNING", "--user=root");
        Try("scancel", "--quiet", "--user=root");
        for (int i = 0; i < 100 && Try("squeue", "--noheader") is { Length: > 0 }; i++)
        {
            Thread.Sleep(50);
        }

        // Those that hold a task of a node whose daemon was killed.
        foreach (int left in Programs.Running("slurmstepd: [")
            .Where(process => Programs.VariableOf(process, "SLURM_CONF") == Configuration))
        {
            Programs.Kill(left);
        }

        foreach (Process daemon in Enumerable.Reverse(_daemons))
        {
            daemon.Kill();
            daemon.WaitForExit();
            daemon.Dispose();
        }

        _folder.Dispose();
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, listener => listener.Dispose());
        return ports;
    }

    private string? Try(string command, params string[] arguments) =>
        Start(command, [], arguments) is (0, var output, _) ? output.Trim() : null;

    private (int Code, string Output, string Error) Start(string command, (string Name, string Value)[] environment, string[] arguments) =>
        Programs.Run(command, [("SLURM_CONF", Configuration), .. environment], arguments);

    private Process StartDaemon(string program, params string[] arguments)
    {
        Process daemon = Programs.Start(program, [("SLURM_CONF", Configuration)], arguments, line =>
        {
            lock (_log)
            {
                _log.Add($"{program}: {line}{Environment.NewLine}");
            }
        });
        _daemons.Add(daemon);
        return daemon;
    }
}
