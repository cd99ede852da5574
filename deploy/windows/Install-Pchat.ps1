<#
.SYNOPSIS
Installs pchat-operator as a Windows service, with WinSW 2.12 as its wrapper. Has not run on Windows (unverified).
.PARAMETER Wrapper
WinSW-x64.exe, downloaded and checked by you.
.PARAMETER Account
DOMAIN\name of the group managed service account that the service runs as; it ends with $, and no password is kept anywhere.
.PARAMETER Folder
Holds settings.yaml, the journal's folder and the logs of the service.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
  [Parameter(Mandatory = $true)] [string] $Wrapper,
  [Parameter(Mandatory = $true)] [string] $Account,
  [string] $Folder = 'C:\ProgramData\pchat'
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$oldestNode = 24

function Get-ProgramEntry {
  $root = & npm.cmd root --global
  if ($LASTEXITCODE -ne 0) { throw 'npm does not say where its global packages are' }
  $entry = Join-Path $root 'pchat-operator\dist\cli\main.js'
  if (-not (Test-Path -LiteralPath $entry)) { throw "pchat-operator is not installed: $entry is missing" }
  $entry
}

function Get-NodeProgram {
  $node = (Get-Command node.exe).Source
  $major = [int]((& $node --version).TrimStart('v').Split('.')[0])
  if ($major -lt $oldestNode) { throw "$node is older than Node.js $oldestNode" }
  $node
}

# Token and journal are guarded by the rights of the folder: Windows ignores the modes of files.
function Close-Folder([string] $path, [string] $owner) {
  $rights = New-Object System.Security.AccessControl.DirectorySecurity
  $rights.SetAccessRuleProtection($true, $false)
  foreach ($who in @($owner, 'BUILTIN\Administrators', 'NT AUTHORITY\SYSTEM')) {
    $rule = New-Object System.Security.AccessControl.FileSystemAccessRule($who, 'FullControl', 'ContainerInherit,ObjectInherit', 'None', 'Allow')
    $rights.AddAccessRule($rule)
  }
  Set-Acl -LiteralPath $path -AclObject $rights
}

function Write-ServiceFile([string] $node, [string] $entry) {
  [xml] $service = Get-Content -Raw -LiteralPath (Join-Path $PSScriptRoot 'pchat-service.xml')
  $domain, $user = $Account.Split('\')
  $service.service.executable = $node
  $service.service.arguments = '"{0}" run --settings "{1}"' -f $entry, (Join-Path $Folder 'settings.yaml')
  $service.service.workingdirectory = $Folder
  $service.service.logpath = Join-Path $Folder 'logs'
  $service.service.serviceaccount.domain = $domain
  $service.service.serviceaccount.user = $user
  $service.Save((Join-Path $Folder 'pchat-service.xml'))
}

if ($Account -notmatch '^[^\\]+\\[^\\]+\$$') { throw 'the account is DOMAIN\name$, a group managed service account' }
$node = Get-NodeProgram
$entry = Get-ProgramEntry
if (-not $PSCmdlet.ShouldProcess($Folder, 'install the service pchat')) { return }

$null = New-Item -ItemType Directory -Force -Path $Folder, (Join-Path $Folder 'logs')
Close-Folder $Folder $Account
Copy-Item -LiteralPath $Wrapper -Destination (Join-Path $Folder 'pchat-service.exe') -Force
Write-ServiceFile $node $entry
& (Join-Path $Folder 'pchat-service.exe') install
if ($LASTEXITCODE -ne 0) { throw "pchat-service.exe install ended with $LASTEXITCODE" }
Write-Output "installed; put settings.yaml into $Folder, try: pchat doctor --settings $Folder\settings.yaml, then: Start-Service pchat"
