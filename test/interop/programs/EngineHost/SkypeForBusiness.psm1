# The module SkypeForBusiness as Microsoft documents its cmdlets: parameters, parameter sets, words that are accepted, who asks for a
# confirmation. What they do is done by the simulated estate, through the door that the Node double uses. The classes of the real
# objects are stand-ins; which cmdlet has which ConfirmImpact stands in no source, except that Install-CsMirrorDatabase asks.

enum PoolState { Normal; FailedOver }
enum PrincipalType { Mirror; Primary }
enum DatabaseNameType {
    ActiveMonitoring; Application; Archiving; CentralMgmt; Edge; Lyss; Monitoring; PersistentChat; PersistentChatCompliance; Provision
    Registrar; SigninTelemetry; User
}

# Set by Invoke-Command below while a block runs "on" another computer.
$global:EngineHostComputer = $null

function Invoke-Estate($Caller, [string]$Name, [hashtable]$Bound) {
    $parameters = @{}
    foreach ($key in $Bound.Keys) {
        $value = $Bound[$key]
        if ($value -is [Management.Automation.PSListModifier]) {
            if ($value.Replace.Count -gt 0) { $value = @{ Replace = @($value.Replace) } }
            else { $value = @{ Add = @($value.Add); Remove = @($value.Remove) } }
        }
        elseif ($value -is [enum]) { $value = $value.ToString() }
        if (@('Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'Report') -notcontains $key) { $parameters[$key] = $value }
    }
    $outcome = [EngineHost.EstateDoor]::Invoke($Name, $parameters, $global:EngineHostComputer)
    foreach ($warning in $outcome.warnings) { $Caller.WriteWarning($warning) }
    if ($outcome.ok) { return $outcome.objects }
    $category = [Management.Automation.ErrorCategory]::NotSpecified
    [void][enum]::TryParse($outcome.category, [ref]$category)
    $failure = [InvalidOperationException]::new($outcome.message)
    $Caller.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($failure, $outcome.errorId.Split(',')[0], $category, $Bound['Identity']))
}

function ConvertTo-Date($Object, [string[]]$Properties) {
    foreach ($property in $Properties) {
        $text = $Object.$property
        if ($text) { $Object.$property = [datetime]::Parse($text, [Globalization.CultureInfo]::InvariantCulture, 'AdjustToUniversal').ToLocalTime() }
    }
    $Object
}

function Get-CsPersistentChatState {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Identity')] [string]$Identity,
        [Parameter(ParameterSetName = 'Filter')] [string]$Filter,
        [switch]$LocalStore
    )
    foreach ($object in Invoke-Estate $PSCmdlet 'Get-CsPersistentChatState' $PSBoundParameters) {
        $object.PoolState = [PoolState]$object.PoolState
        $object
    }
}

function Set-CsPersistentChatState {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Identity')] [string]$Identity,
        [Parameter(ValueFromPipeline, ParameterSetName = 'Instance')] [psobject]$Instance,
        [PoolState]$PoolState = 'Normal',
        [switch]$Force
    )
    if ($PSCmdlet.ShouldProcess($Identity)) { Invoke-Estate $PSCmdlet 'Set-CsPersistentChatState' $PSBoundParameters }
}

function Set-CsPersistentChatActiveServer {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Position = 0)] [string]$Identity,
        [Parameter(Mandatory, ParameterSetName = 'ActiveServers')] [AllowNull()] [Management.Automation.PSListModifier[string]]$ActiveServers,
        [Parameter(Mandatory, ParameterSetName = 'Swap')] [switch]$Swap,
        [switch]$Force
    )
    if ($PSCmdlet.ShouldProcess($Identity)) { Invoke-Estate $PSCmdlet 'Set-CsPersistentChatActiveServer' $PSBoundParameters }
}

function Get-CsService {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Identity')] [string]$Identity,
        [Parameter(Mandatory, ParameterSetName = 'Filter')] [string]$Filter,
        [Parameter(Mandatory, ParameterSetName = 'PersistentChatServer')] [switch]$PersistentChatServer,
        [Parameter(Mandatory, ParameterSetName = 'PersistentChatDatabase')] [switch]$PersistentChatDatabase,
        [Parameter(Mandatory, ParameterSetName = 'PersistentChatComplianceDatabase')] [switch]$PersistentChatComplianceDatabase,
        [Parameter(ParameterSetName = 'PersistentChatServer')] [Parameter(ParameterSetName = 'PersistentChatDatabase')]
        [Parameter(ParameterSetName = 'PersistentChatComplianceDatabase')] [string]$PoolFqdn
    )
    Invoke-Estate $PSCmdlet 'Get-CsService' $PSBoundParameters
}

function Get-CsPool {
    [CmdletBinding(DefaultParameterSetName = 'Identity')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Identity')] [string]$Identity,
        [Parameter(ParameterSetName = 'Identity')] [string]$Site,
        [Parameter(ParameterSetName = 'Filter')] [string]$Filter
    )
    Invoke-Estate $PSCmdlet 'Get-CsPool' $PSBoundParameters
}

function Get-CsManagementStoreReplicationStatus {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string]$ReplicaFqdn, [switch]$CentralManagementStoreStatus)
    $dates = 'LastStatusReport', 'LastUpdateCreation'
    if ($CentralManagementStoreStatus) { $dates = 'ActiveMasterLastHeartbeat' }
    foreach ($object in Invoke-Estate $PSCmdlet 'Get-CsManagementStoreReplicationStatus' $PSBoundParameters) { ConvertTo-Date $object $dates }
}

function Invoke-CsManagementStoreReplication {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string]$ReplicaFqdn, [switch]$Force)
    Invoke-Estate $PSCmdlet 'Invoke-CsManagementStoreReplication' $PSBoundParameters
}

function Get-CsWindowsService {
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string]$Name, [string]$ComputerName, [switch]$ExcludeActivityLevel, [string]$Report)
    Invoke-Estate $PSCmdlet 'Get-CsWindowsService' $PSBoundParameters
}

function Start-CsWindowsService {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'Name')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name')] [string]$Name,
        [Parameter(ParameterSetName = 'Name')] [string]$ComputerName,
        [Parameter(Mandatory, ParameterSetName = 'InputObject')] [psobject]$InputObject,
        [switch]$NoWait, [switch]$Force, [string]$Report
    )
    if ($PSCmdlet.ShouldProcess($Name)) { Invoke-Estate $PSCmdlet 'Start-CsWindowsService' $PSBoundParameters }
}

function Stop-CsWindowsService {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'Name')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name')] [string]$Name,
        [Parameter(ParameterSetName = 'Name')] [string]$ComputerName,
        [Parameter(Mandatory, ParameterSetName = 'InputObject')] [psobject]$InputObject,
        [switch]$Graceful, [switch]$NoWait, [switch]$Force, [switch]$LeaveClsAgentRunning, [switch]$LeaveWebServerRunning, [string]$Report
    )
    if ($PSCmdlet.ShouldProcess($Name)) { Invoke-Estate $PSCmdlet 'Stop-CsWindowsService' $PSBoundParameters }
}

function Install-CsMirrorDatabase {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'ConfiguredDatabases')] [switch]$ConfiguredDatabases,
        [Parameter(Mandatory, ParameterSetName = 'DatabaseType')] [DatabaseNameType]$DatabaseType,
        [Parameter(Mandatory)] [string]$SqlServerFqdn,
        [Parameter(Mandatory)] [string]$FileShare,
        [Parameter(ParameterSetName = 'DatabaseType')] [string]$SqlInstanceName,
        [Parameter(ParameterSetName = 'ConfiguredDatabases')] [switch]$ForDefaultInstance,
        [Parameter(ParameterSetName = 'ConfiguredDatabases')] [string]$ForInstance,
        [string[]]$ExcludeDatabaseList, [switch]$DropExistingDatabasesOnMirror, [hashtable]$DatabasePathMap, [string]$Report
    )
    if ($PSCmdlet.ShouldProcess($SqlServerFqdn)) { Invoke-Estate $PSCmdlet 'Install-CsMirrorDatabase' $PSBoundParameters }
}

function Uninstall-CsMirrorDatabase {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory)] [DatabaseNameType]$DatabaseType,
        [Parameter(Mandatory)] [string]$SqlServerFqdn,
        [string]$SqlInstanceName, [switch]$DropExistingDatabasesOnMirror, [string]$Report
    )
    if ($PSCmdlet.ShouldProcess($SqlServerFqdn)) { Invoke-Estate $PSCmdlet 'Uninstall-CsMirrorDatabase' $PSBoundParameters }
}

function Get-CsDatabaseMirrorState {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string]$PoolFqdn, [DatabaseNameType]$DatabaseType, [switch]$LocalStore, [string]$Report)
    Invoke-Estate $PSCmdlet 'Get-CsDatabaseMirrorState' $PSBoundParameters
}

function Invoke-CsDatabaseFailover {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory)] [string]$PoolFqdn,
        [Parameter(Mandatory)] [DatabaseNameType]$DatabaseType,
        [Parameter(Mandatory)] [PrincipalType]$NewPrincipal,
        [string[]]$ExcludeDatabaseList, [switch]$Force, [switch]$LocalStore, [string]$Report
    )
    if ($PSCmdlet.ShouldProcess($PoolFqdn)) { Invoke-Estate $PSCmdlet 'Invoke-CsDatabaseFailover' $PSBoundParameters }
}

# WinRM cannot be had here. As it does, this one sends the block as text and values through the serializer, there and back.
function Invoke-Command {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string[]]$ComputerName, [Parameter(Mandatory)] [scriptblock]$ScriptBlock, [object[]]$ArgumentList)
    $sent = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($ArgumentList))
    $global:EngineHostComputer = $ComputerName[0]
    try { $objects = & ([scriptblock]::Create($ScriptBlock.ToString())) @sent }
    finally { $global:EngineHostComputer = $null }
    foreach ($object in $objects) {
        $back = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($object, 2))
        $back.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('PSComputerName', $ComputerName[0]))
        $back
    }
}

Export-ModuleMember -Function '*-Cs*', 'Invoke-Command'
