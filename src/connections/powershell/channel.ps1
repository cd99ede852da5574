# The shell's end of the channel of docs/management-shell-protocol.md. Windows PowerShell 5.1 syntax only, ASCII only; it asks for no
# cmdlet of the Utility and Management modules for itself. Nothing that it reads ever becomes code: a request names one of the cmdlets below, and
# its values are bound as parameter values. Why it is made like this: docs/adr/0018-the-channel-script.md.
[CmdletBinding()]
param([IO.TextReader]$Reader)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'

$ModuleName = 'SkypeForBusiness'
# Started from its file; where it came over stdin, the other half was read before it.
if ($PSScriptRoot) { . "$PSScriptRoot/json.ps1" }

$Mark = [string][char]0x1e + 'PC1 '
# Characters of one request.
$LongestRequest = 1048576
# Cmdlets that may run at once: one that waits for a dead server must not hold up the others.
$MostRunspaces = 8
$Sessions = 2
# WaitAny takes 64 handles; one is that of the input.
$MostOpen = 60

# Cmdlet -> parameters that are accepted; a star marks those without which it would do more than was meant.
$Allowed = @{
    'Get-CsPersistentChatState'              = 'Identity LocalStore'
    'Set-CsPersistentChatState'              = 'Identity* PoolState* Force Confirm WhatIf'
    'Set-CsPersistentChatActiveServer'       = 'Identity* ActiveServers* Force Confirm WhatIf'
    'Get-CsService'                          = 'Identity PoolFqdn PersistentChatServer PersistentChatDatabase PersistentChatComplianceDatabase'
    'Get-CsPool'                             = 'Identity Site'
    'Get-CsManagementStoreReplicationStatus' = 'ReplicaFqdn CentralManagementStoreStatus'
    'Invoke-CsManagementStoreReplication'    = 'ReplicaFqdn Force'
    'Get-CsWindowsService'                   = 'Name ComputerName* ExcludeActivityLevel'
    'Start-CsWindowsService'                 = 'Name* ComputerName* NoWait Force Confirm WhatIf'
    'Stop-CsWindowsService'                  = 'Name* ComputerName* Graceful NoWait Force Confirm WhatIf'
    'Install-CsMirrorDatabase'               = 'DatabaseType* SqlServerFqdn* FileShare* SqlInstanceName DropExistingDatabasesOnMirror Confirm WhatIf'
    'Uninstall-CsMirrorDatabase'             = 'DatabaseType* SqlServerFqdn* SqlInstanceName DropExistingDatabasesOnMirror Confirm WhatIf'
    'Get-CsDatabaseMirrorState'              = 'PoolFqdn* DatabaseType'
    'Invoke-CsDatabaseFailover'              = 'PoolFqdn* DatabaseType* NewPrincipal* Force Confirm WhatIf'
    'Write-EventLog'                         = 'LogName* Source* EventId* EntryType* Message*'
}
# Of another module, and of this computer wherever the others run.
$OfThisComputer = @{ 'Write-EventLog' = 'Microsoft.PowerShell.Management' }
# These may be asked of another computer: what its own replica of the store says.
$OnOtherComputers = @('Get-CsPersistentChatState')

# ---- Frames

$Output = [Console]::OpenStandardOutput()

function Send-Frame([Text.StringBuilder]$Frame) {
    # Everything is ASCII by now, so that no code page on the way can change it.
    $bytes = [Text.Encoding]::ASCII.GetBytes($Mark + $Frame.ToString() + "`n")
    $Output.Write($bytes, 0, $bytes.Length)
    $Output.Flush()
}

function Send-Value($Value) {
    $frame = [Text.StringBuilder]::new()
    Add-Json $frame ([pscustomobject]$Value) 0
    Send-Frame $frame
}

function Send-Failed([string]$ErrorId, [string]$Message) {
    Send-Value @{ failed = @{ errorId = $ErrorId; message = $Message } }
    [Environment]::Exit(1)
}

function Send-Failure([string]$Id, $Problem, $Warnings) {
    Send-Value @{ id = $Id; ok = $false; error = $Problem; warnings = [object[]]@($Warnings) }
}

# What EndInvoke and New-PSSession throw is wrapped; the record that the cmdlet made lies inside.
function Get-Record($Caught) {
    $exception = $Caught.Exception
    while ($null -ne $exception) {
        if ($exception -is [Management.Automation.IContainsErrorRecord] -and $exception -isnot [Management.Automation.MethodInvocationException]) { return $exception.ErrorRecord }
        $exception = $exception.InnerException
    }
    return $Caught
}

function ConvertTo-Problem($Record, [bool]$Terminating) {
    $exception = $Record.Exception
    $names = @()
    while ($null -ne $exception) { $names += $exception.GetType().FullName; $exception = $exception.InnerException }
    $target = [string]$Record.TargetObject
    if ($target.Length -gt 200) { $target = $target.Substring(0, 200) }
    return @{
        message     = [string]$Record.Exception.Message
        errorId     = [string]$Record.FullyQualifiedErrorId
        category    = [string]$Record.CategoryInfo.Category
        target      = $target
        exceptions  = [object[]]$names
        terminating = $Terminating
    }
}

function New-Problem([string]$ErrorId, [string]$Category, [string]$Message) {
    return @{ message = $Message; errorId = $ErrorId; category = $Category; target = ''; exceptions = @(); terminating = $true }
}

# ---- Cmdlets

# Runs on another computer, in its own Windows PowerShell; the parameters come as a value.
$Elsewhere = {
    param([string]$Name, [hashtable]$Parameters)
    $ProgressPreference = 'SilentlyContinue'
    Import-Module -Name SkypeForBusiness -ErrorAction Stop
    & $Name @Parameters
}

function ConvertTo-Argument($Value) {
    if ($Value -isnot [hashtable]) { return , $Value }
    $names = [string[]]$Value['replace']
    # A PSListModifier whose Replace is empty changes nothing; the documents empty a list with $null.
    if ($names.Length -eq 0) { return $null }
    return @{ Replace = $names }
}

# The parameters under the names that the cmdlet has, or the reason why the request is refused.
function Get-Arguments([string]$Cmdlet, $Given) {
    $arguments = @{}
    $declared = $Allowed[$Cmdlet].Split(' ')
    foreach ($name in $Given.Keys) {
        $known = @($declared | Where-Object { $_.TrimEnd('*') -eq $name })
        if ($known.Length -eq 0) { return New-Problem 'ParameterNotAllowed,Channel' 'InvalidArgument' "$Cmdlet is not called with the parameter $name here" }
        $arguments[$known[0].TrimEnd('*')] = ConvertTo-Argument $Given[$name]
    }
    foreach ($name in $declared) {
        if ($name.EndsWith('*') -and -not $arguments.ContainsKey($name.TrimEnd('*'))) {
            return New-Problem 'ParameterMissing,Channel' 'InvalidArgument' "$Cmdlet is not called without the parameter $($name.TrimEnd('*')) here"
        }
    }
    return @{ arguments = $arguments }
}

# Commands and parameters are values of the engine's own interface: there is no text that could be parsed.
function New-Call([string]$Cmdlet, $Arguments, $Computer) {
    $shell = [Management.Automation.PowerShell]::Create()
    if ($null -ne $Computer) {
        $list = [object[]]@("$ModuleName\$Cmdlet", $Arguments)
        [void]$shell.AddCommand('Invoke-Command').AddParameter('ComputerName', [string]$Computer).AddParameter('ScriptBlock', $Elsewhere).AddParameter('ArgumentList', $list)
        return $shell
    }
    $name = $Cmdlet
    if ($OfThisComputer.ContainsKey($Cmdlet)) { $name = "$($OfThisComputer[$Cmdlet])\$Cmdlet" }
    elseif ($Lanes.Count -eq 0) { $name = "$ModuleName\$Cmdlet" }
    [void]$shell.AddCommand($name)
    foreach ($parameter in $Arguments.Keys) { [void]$shell.AddParameter($parameter, $Arguments[$parameter]) }
    return $shell
}

function Add-Request([string]$Line) {
    $id = ''
    if ($Line -match '^\{"id":"([^"\\]{1,40})"') { $id = $Matches[1] }
    if ($Line.Length -gt $LongestRequest) { Send-Failure $id (New-Problem 'RequestTooLong,Channel' 'LimitsExceeded' "a request is longer than $LongestRequest characters") @(); return }
    try { $request = Read-Request $Line }
    catch { Send-Failure $id (New-Problem 'RequestBroken,Channel' 'ParserError' "a request is broken: $($_.Exception.Message)") @(); return }
    $cmdlets = @($Allowed.Keys | Where-Object { $_ -eq [string]$request['cmdlet'] })
    if ($cmdlets.Length -eq 0) { Send-Failure $id (New-Problem 'CmdletNotAllowed,Channel' 'InvalidArgument' "$($request['cmdlet']) is no cmdlet of this channel") @(); return }
    $cmdlet = $cmdlets[0]
    $computer = $request['computer']
    if ($null -ne $computer -and $OnOtherComputers -notcontains $cmdlet) {
        Send-Failure $id (New-Problem 'ComputerNotAllowed,Channel' 'InvalidArgument' "$cmdlet is not asked of another computer here") @(); return
    }
    $found = Get-Arguments $cmdlet $request['parameters']
    if (-not $found.ContainsKey('arguments')) { Send-Failure $id $found @(); return }
    $Waiting.Enqueue(@{ id = $id; shell = (New-Call $cmdlet $found.arguments $computer); elsewhere = ($null -ne $computer -or $OfThisComputer.ContainsKey($cmdlet)); lane = $null; async = $null })
}

# A remote session runs one cmdlet at a time; the pool of this process queues by itself.
function Start-Waiting {
    $later = @()
    while ($Waiting.Count -gt 0) {
        $call = $Waiting.Dequeue()
        if ($Lanes.Count -eq 0 -or $call.elsewhere) { $call.shell.RunspacePool = $Pool }
        else {
            $call.lane = $Lanes | Where-Object { -not $_.busy } | ForEach-Object { $_ }
            if ($call.lane -is [array]) { $call.lane = $call.lane[0] }
            if ($null -eq $call.lane) { $later += $call; continue }
            $call.lane.busy = $true
            $call.shell.Runspace = $call.lane.session.Runspace
        }
        $call.async = $call.shell.BeginInvoke()
        $Running.Add($call)
    }
    foreach ($call in $later) { $Waiting.Enqueue($call) }
}

function Complete-Call($Call) {
    $problem = $null
    $objects = @()
    try { $objects = $Call.shell.EndInvoke($Call.async) }
    catch { $problem = ConvertTo-Problem (Get-Record $_) $true }
    $streams = $Call.shell.Streams
    $warnings = [object[]]@($streams.Warning | ForEach-Object { $_.Message })
    if ($null -eq $problem -and $streams.Error.Count -gt 0) { $problem = ConvertTo-Problem $streams.Error[0] $false }
    $frame = [Text.StringBuilder]::new()
    if ($null -eq $problem) {
        try {
            [void]$frame.Append('{"id":'); Add-Text $frame $Call.id; [void]$frame.Append(',"ok":true,"objects":[')
            $separator = ''
            foreach ($object in $objects) { [void]$frame.Append($separator); Add-Object $frame $object; $separator = ',' }
            [void]$frame.Append('],"warnings":'); Add-Json $frame $warnings 1; [void]$frame.Append('}')
        }
        catch [IO.InvalidDataException] { $problem = New-Problem 'AnswerTooLong,Channel' 'LimitsExceeded' $_.Exception.Message; $warnings = @() }
    }
    if ($null -eq $problem) { Send-Frame $frame } else { Send-Failure $Call.id $problem $warnings }
    if ($null -ne $Call.lane) { $Call.lane.busy = $false }
    $Call.shell.Dispose()
}

# ---- Start

function Test-Elevated {
    # .NET knows by itself; the .NET Framework of Windows PowerShell is asked in its older way.
    $privileged = [Environment].GetProperty('IsPrivilegedProcess')
    if ($null -ne $privileged) { return [bool]$privileged.GetValue($null, $null) }
    $principal = [Security.Principal.WindowsPrincipal]::new([Security.Principal.WindowsIdentity]::GetCurrent())
    return $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

function New-Pool([bool]$WithModule) {
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    foreach ($name in @('ProgressPreference', 'InformationPreference')) {
        $state.Variables.Add([Management.Automation.Runspaces.SessionStateVariableEntry]::new($name, 'SilentlyContinue', ''))
    }
    if ($WithModule) { $state.ImportPSModule([string[]]@($ModuleName)) }
    # Without a host: who would ask a person gets an error at once.
    $pool = [RunspaceFactory]::CreateRunspacePool($state)
    [void]$pool.SetMaxRunspaces($MostRunspaces)
    $pool.Open()
    return $pool
}

# Objects of the endpoint OcsPowershell: it knows no language, only commands with parameters, and that is all that is sent.
function Open-Sessions([string]$Uri) {
    foreach ($number in 1..$Sessions) {
        $Lanes.Add(@{ session = (New-PSSession -ConnectionUri $Uri -ErrorAction Stop); busy = $false })
    }
}

function Open-Channel($Start) {
    if ($PSVersionTable.PSVersion -lt [version]'5.1') { Send-Failed 'ShellTooOld' "PowerShell $($PSVersionTable.PSVersion) is older than 5.1" }
    $uri = $Start['connectionUri']
    if ($null -eq $uri) {
        try { Import-Module -Name $ModuleName -ErrorAction Stop }
        catch { Send-Failed 'ModuleMissing' "the module $ModuleName cannot be loaded: $($_.Exception.Message)" }
    }
    else {
        try { Open-Sessions ([string]$uri) }
        catch { $problem = ConvertTo-Problem (Get-Record $_) $true; Send-Failed $problem.errorId "no session at ${uri}: $($problem.message)" }
    }
    $name = 'PowerShell {0}' -f $PSVersionTable.PSVersion
    if ($null -ne $uri) { $name += " at $uri" }
    return @{ hello = @{ protocol = 1; shell = $name; module = $ModuleName; elevated = (Test-Elevated) } }
}

if ($null -eq $Reader) { $Reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.UTF8Encoding]::new($false)) }
$Waiting = [Collections.Generic.Queue[object]]::new()
$Running = [Collections.Generic.List[object]]::new()
$Lanes = [Collections.Generic.List[object]]::new()
$first = $Reader.ReadLine()
if ($null -eq $first) { [Environment]::Exit(0) }
$start = (Read-Request $first)['start']
$hello = Open-Channel $start
$Pool = New-Pool ($Lanes.Count -eq 0)
Send-Value $hello

# ---- The loop: whatever ends first, the next piece of the input or a cmdlet.

$piece = [char[]]::new(16384)
$line = [Text.StringBuilder]::new()
$next = @{ read = $Reader.ReadAsync($piece, 0, $piece.Length) }

function Step-Loop {
    $handles = [Collections.Generic.List[Threading.WaitHandle]]::new()
    foreach ($call in $Running) { $handles.Add($call.async.AsyncWaitHandle) }
    # With so many open, nothing more is read until one of them ends.
    if ($Running.Count + $Waiting.Count -lt $MostOpen) { $handles.Add($next.read.AsyncWaitHandle) }
    [void][Threading.WaitHandle]::WaitAny($handles.ToArray())
    foreach ($call in @($Running)) {
        if ($call.async.IsCompleted) { [void]$Running.Remove($call); Complete-Call $call }
    }
    if ($next.read.IsCompleted -and $Running.Count + $Waiting.Count -lt $MostOpen) {
        # Nobody listens any more: what still runs is not waited for.
        if ($next.read.Result -eq 0) { [Environment]::Exit(0) }
        $parts = [string]::new($piece, 0, $next.read.Result).Split("`n")
        for ($index = 0; $index -lt $parts.Length; $index++) {
            if ($index -gt 0) {
                $whole = $line.ToString().Trim()
                [void]$line.Remove(0, $line.Length)
                if ($whole -ne '') { Add-Request $whole }
            }
            # What is too long is cut: enough is kept to say whose request it was.
            if ($line.Length -le $LongestRequest) { [void]$line.Append($parts[$index]) }
        }
        $next.read = $Reader.ReadAsync($piece, 0, $piece.Length)
    }
    Start-Waiting
}

try { while ($true) { Step-Loop } }
catch { [Console]::Error.WriteLine("the channel failed: $($_.Exception.Message) $($_.ScriptStackTrace)") }
# What still runs must not keep the process.
[Environment]::Exit(1)
