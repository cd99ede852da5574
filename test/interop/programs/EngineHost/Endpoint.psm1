# An endpoint OcsPowershell as far as it can be had here: New-PSSession gives a runspace of this process that knows no language, only
# the cmdlets of the module.
function New-PSSession {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [uri]$ConnectionUri)
    if ($ConnectionUri.Host -ne 'fe01.contoso.com') {
        $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new([InvalidOperationException]::new('The SSL connection cannot be established.'), '-2144108102,PSSessionOpenFailed', 'OpenError', $ConnectionUri))
    }
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $state.ImportPSModule([string[]]@('SkypeForBusiness'))
    $runspace = [RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $runspace.SessionStateProxy.LanguageMode = 'NoLanguage'
    [pscustomobject]@{ Runspace = $runspace }
}
Export-ModuleMember -Function 'New-PSSession'
