# Stands in for Microsoft.PowerShell.Management of Windows PowerShell 5.1, which PowerShell 7 has no more: parameters as documented.
function Write-EventLog {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, Mandatory)] [string]$LogName,
        [Parameter(Position = 1, Mandatory)] [string]$Source,
        [Parameter(Position = 2, Mandatory)] [ValidateRange(0, 65535)] [int]$EventId,
        [Parameter(Position = 3)] [ValidateSet('Error', 'Warning', 'Information', 'SuccessAudit', 'FailureAudit')] [string]$EntryType = 'Information',
        [Parameter(Position = 4, Mandatory)] [ValidateLength(0, 32766)] [string]$Message
    )
    [IO.File]::WriteAllText("$env:MISCHIEF_FILE.event", "$LogName|$Source|$EventId|$EntryType|$Message")
}
Export-ModuleMember -Function 'Write-EventLog'
