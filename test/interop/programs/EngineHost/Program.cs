// Runs PowerShell's engine as `powershell.exe -NonInteractive` would, of whose arguments it knows those that the product gives, and
// reports what a script is made of: `--syntax FILE`.
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

namespace EngineHost;

public static class Program
{
    private static readonly string[] Bare = ["-NoLogo", "-NoProfile", "-NonInteractive"];

    public static int Main(string[] args)
    {
        if (args is ["--syntax", var file])
        {
            Console.WriteLine(SyntaxReport.Of(file));
            return 0;
        }
        // The real one writes warnings to stdout, where the frames are.
        Console.WriteLine("WARNING: this is PowerShell's engine without its command modules.");
        EstateDoor.OpenIfAsked();
        for (var at = 0; at < args.Length; at++)
        {
            if (Bare.Contains(args[at])) continue;
            if (args[at] == "-ExecutionPolicy") { at++; continue; }
            if (args[at] == "-File" && at + 1 < args.Length) return Run(shell => shell.AddCommand(Path.GetFullPath(args[at + 1])));
            if (args[at] == "-EncodedCommand" && at + 1 < args.Length)
            {
                // As the real one does with -EncodedCommand when its stderr is redirected.
                Console.Error.WriteLine("#< CLIXML\n" + PSSerializer.Serialize(new ProgressRecord(0, "Preparing modules for first use.", "x")).Replace("\n", ""));
                return Run(shell => shell.AddScript(Encoding.Unicode.GetString(Convert.FromBase64String(args[at + 1]))));
            }
            Console.Error.WriteLine($"unknown argument {args[at]}");
            return 64;
        }
        return 64;
    }

    private static int Run(Action<PowerShell> what)
    {
        var state = InitialSessionState.CreateDefault2();
        if (Environment.GetEnvironmentVariable("ENGINE_HOST_ENDPOINT") is not null)
            state.ImportPSModule(Path.Combine(AppContext.BaseDirectory, "Endpoint.psm1"));
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        what(shell);
        try
        {
            foreach (var output in shell.Invoke()) Console.WriteLine(output);
        }
        catch (RuntimeException failure)
        {
            Console.Error.WriteLine(failure.ErrorRecord + "\n" + failure.ErrorRecord.ScriptStackTrace);
            return 1;
        }
        foreach (var error in shell.Streams.Error) Console.Error.WriteLine(error);
        return shell.HadErrors ? 1 : 0;
    }
}
