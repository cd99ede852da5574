# A module SkypeForBusiness whose cmdlets say what they were given, or behave as the real ones may: Get-CsPool -Identity DEED.

function Get-CsPool {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Position = 0)] [string]$Identity, [string]$Site)
    switch ($Identity) {
        'warning' { $PSCmdlet.WriteWarning('first'); $PSCmdlet.WriteWarning('second'); [pscustomobject]@{ Identity = 'warned' } }
        'progress' {
            foreach ($percent in 1..50) { $record = [Management.Automation.ProgressRecord]::new(1, 'mirroring', 'copies'); $record.PercentComplete = $percent; $PSCmdlet.WriteProgress($record) }
            $PSCmdlet.WriteInformation('said', @()); $PSCmdlet.WriteVerbose('said'); $PSCmdlet.WriteDebug('said')
            [pscustomobject]@{ Identity = 'progressed' }
        }
        'confirmation' { if ($PSCmdlet.ShouldProcess('everything')) { [pscustomobject]@{ Identity = 'done unasked' } } }
        'question' { if ($PSCmdlet.ShouldContinue('Really?', 'Everything')) { [pscustomobject]@{ Identity = 'done unasked' } } }
        'password' { $Host.UI.ReadLineAsSecureString() }
        'five megabytes' { foreach ($number in 1..50) { [pscustomobject]@{ Identity = 'x' * 100000 } } }
        'no end' { while ($true) { } }
        'death' { [Environment]::Exit(9) }
        'partly' {
            [pscustomobject]@{ Identity = 'first' }
            $PSCmdlet.WriteError([Management.Automation.ErrorRecord]::new([InvalidOperationException]::new('the second failed'), 'SecondFailed', 'InvalidResult', 'second'))
            [pscustomobject]@{ Identity = 'third' }
        }
        'no right' { $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new([UnauthorizedAccessException]::new('Access is denied.'), 'Denied', 'PermissionDenied', $null)) }
        'failure' { $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new([InvalidOperationException]::new('it failed'), 'Failed', 'InvalidOperation', 'a target')) }
        'store is moved' { $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new([InvalidOperationException]::new('###50020:XDSForceReplication: wait'), 'Moved', 'InvalidOperation', $null)) }
        'noise' { [Console]::Out.WriteLine("WARNING: noise`n{}"); [Console]::Error.WriteLine('#< CLIXML'); [Console]::Error.WriteLine('<Objs Version="1.1.0.1"><S S="Error">noise_x000D__x000A_</S></Objs>'); [pscustomobject]@{ Identity = 'heard' } }
        'values' {
            [pscustomobject]@{
                Text = "quote `" back\slash line`n nul$([char]0) $([char]0x2028) $([char]0x00fc)$([char]0xd83d)$([char]0xde00)"; Whole = 42; Large = [long]9007199254740993; Fraction = 1.5; NotANumber = [double]::NaN
                Yes = $true; Nothing = $null; Word = [DayOfWeek]::Friday; Day = [datetime]::new(2026, 11, 27, 14, 0, 0, [DateTimeKind]::Utc); List = @('a', 'b'); One = @('a'); Empty = @()
                Table = @{ a = 1 }; Inner = [pscustomobject]@{ a = [pscustomobject]@{ b = [pscustomobject]@{ c = [pscustomobject]@{ d = 'deep' } } } }; Address = [uri]'https://fe01/'
            }
            'bare'
        }
        'remoted' {
            $sent = [Management.Automation.PSSerializer]::Serialize([pscustomobject]@{ State = [DayOfWeek]::Friday; Servers = @('a', 'b'); At = [datetime]::new(2026, 11, 27, 14, 0, 0, [DateTimeKind]::Utc); Uri = [uri]'https://fe01/' }, 2)
            [Management.Automation.PSSerializer]::Deserialize($sent)
        }
        'thrower' {
            $object = [pscustomobject]@{ Good = 1 }
            $object.PSObject.Properties.Add([Management.Automation.PSScriptProperty]::new('Bad', { throw 'no value' }))
            $object
        }
        default { [pscustomobject]@{ Identity = $Identity; Length = $Identity.Length } }
    }
}

function Get-CsService {
    [CmdletBinding()]
    param([string]$Identity, [string]$PoolFqdn, [switch]$PersistentChatServer)
    [pscustomobject]@{ Identity = $Identity; PoolFqdn = $PoolFqdn; PersistentChatServer = [bool]$PersistentChatServer; Bound = [string[]]@($PSBoundParameters.Keys) }
}

function Set-CsPersistentChatActiveServer {
    [CmdletBinding()]
    param([string]$Identity, [Parameter(Mandatory)] [AllowNull()] [Management.Automation.PSListModifier[string]]$ActiveServers, [switch]$Force)
    $list = [Collections.Generic.List[string]]::new([string[]]@('old1', 'old2'))
    if ($null -eq $ActiveServers) { $list.Clear() } else { $ActiveServers.ApplyTo([Collections.IList]$list) }
    [pscustomobject]@{ Identity = $Identity; List = $list.ToArray() }
}

# Its effect comes first, its answer never: the file named by the variable tells whether and how often it was done.
function Set-CsPersistentChatState {
    [CmdletBinding(SupportsShouldProcess)]
    param([string]$Identity, [ValidateSet('Normal', 'FailedOver')] [string]$PoolState = 'Normal', [switch]$Force)
    [IO.File]::AppendAllText($env:MISCHIEF_FILE, "$PoolState`n")
    while ($true) { }
}

Export-ModuleMember -Function '*-Cs*'
