# One JSON object per line, read and written the same in every PowerShell: ConvertFrom-Json and ConvertTo-Json differ between
# versions, and belong to a module. Windows PowerShell 5.1 syntax only, ASCII only.

# Characters of one answer.
$LongestAnswer = 4194304
# Objects inside objects; what lies deeper is given as text.
$DeepestObject = 4
$DeepestRequest = 8

$JsonToken = [regex]'\G[ \t\r\n]*(?:(?<mark>[{}\[\]:,])|"(?<text>(?>[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"|(?<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?<word>true|false|null))'
$Escaped = [regex]'\\(?:u([0-9A-Fa-f]{4})|(.))'
$Unescape = [Text.RegularExpressions.MatchEvaluator] {
    param($Match)
    if ($Match.Groups[1].Success) { return [string][char][Convert]::ToInt32($Match.Groups[1].Value, 16) }
    switch -CaseSensitive ($Match.Groups[2].Value) {
        'b' { return "`b" } 'f' { return "`f" } 'n' { return "`n" } 'r' { return "`r" } 't' { return "`t" }
        default { return $Match.Groups[2].Value }
    }
}
$Unsafe = [regex]'[\x00-\x1f"\\\x7f-\uffff]'
$Escape = [Text.RegularExpressions.MatchEvaluator] { param($Match) '\u{0:x4}' -f [int][char]$Match.Value }

function Step-Token($State) {
    $found = $JsonToken.Match($State.Text, $State.At)
    if (-not $found.Success) { throw [FormatException]::new("no JSON at character $($State.At)") }
    $State.At = $found.Index + $found.Length
    return $found
}

# The value is left in $State.Value: PowerShell would unroll a list that is returned.
function Read-JsonValue($State, [int]$Depth) {
    if ($Depth -gt $DeepestRequest) { throw [FormatException]::new('JSON is too deep') }
    $token = Step-Token $State
    if ($token.Groups['text'].Success) { $State.Value = $Escaped.Replace($token.Groups['text'].Value, $Unescape); return }
    if ($token.Groups['word'].Success) {
        $State.Value = $null
        if ($token.Groups['word'].Value -eq 'true') { $State.Value = $true }
        if ($token.Groups['word'].Value -eq 'false') { $State.Value = $false }
        return
    }
    if ($token.Groups['number'].Success) {
        $number = [double]::Parse($token.Groups['number'].Value, [Globalization.CultureInfo]::InvariantCulture)
        $State.Value = $number
        if ($number -eq [Math]::Floor($number) -and [Math]::Abs($number) -lt 2147483648) { $State.Value = [int]$number }
        return
    }
    switch ($token.Groups['mark'].Value) {
        '{' { Read-JsonObject $State $Depth }
        '[' { Read-JsonList $State $Depth }
        default { throw [FormatException]::new("no JSON value before character $($State.At)") }
    }
}

function Read-JsonList($State, [int]$Depth) {
    $list = [Collections.Generic.List[object]]::new()
    $before = $State.At
    if ((Step-Token $State).Groups['mark'].Value -ne ']') {
        $State.At = $before
        do {
            Read-JsonValue $State ($Depth + 1)
            $list.Add($State.Value)
            $next = (Step-Token $State).Groups['mark'].Value
        } while ($next -eq ',')
        if ($next -ne ']') { throw [FormatException]::new('a JSON list has no end') }
    }
    $State.Value = $list.ToArray()
}

function Read-JsonObject($State, [int]$Depth) {
    $object = @{}
    $name = Step-Token $State
    if ($name.Groups['mark'].Value -ne '}') {
        do {
            if (-not $name.Groups['text'].Success) { throw [FormatException]::new('a JSON name is no text') }
            if ((Step-Token $State).Groups['mark'].Value -ne ':') { throw [FormatException]::new('a JSON name has no colon') }
            Read-JsonValue $State ($Depth + 1)
            # Names compare without case here as they do in PowerShell; two that differ by case only are one too many.
            $object.Add($Escaped.Replace($name.Groups['text'].Value, $Unescape), $State.Value)
            $next = (Step-Token $State).Groups['mark'].Value
            if ($next -eq ',') { $name = Step-Token $State }
        } while ($next -eq ',')
        if ($next -ne '}') { throw [FormatException]::new('a JSON object has no end') }
    }
    $State.Value = $object
}

function Read-Request([string]$Line) {
    $state = @{ Text = $Line; At = 0; Value = $null }
    Read-JsonValue $state 0
    if ($Line.Substring($state.At).Trim() -ne '') { throw [FormatException]::new('something follows the JSON value') }
    if ($state.Value -isnot [hashtable]) { throw [FormatException]::new('the JSON value is no object') }
    return $state.Value
}

function Add-Text([Text.StringBuilder]$To, [string]$Text) {
    if ($To.Length + $Text.Length -gt $LongestAnswer) { throw [IO.InvalidDataException]::new("the answer is longer than $LongestAnswer characters") }
    [void]$To.Append('"').Append($Unsafe.Replace($Text, $Escape)).Append('"')
}

function Add-Properties([Text.StringBuilder]$To, $Value, [int]$Depth) {
    $separator = '{'
    foreach ($property in $Value.PSObject.Properties) {
        # What remoting adds to the objects of another computer.
        if (@('PSComputerName', 'PSShowComputerName', 'RunspaceId') -contains $property.Name) { continue }
        $one = $null
        try { $one = $property.Value } catch { $one = $null }
        [void]$To.Append($separator)
        Add-Text $To $property.Name
        [void]$To.Append(':')
        Add-Json $To $one ($Depth + 1)
        $separator = ','
    }
    if ($separator -eq '{') { [void]$To.Append('{') }
    [void]$To.Append('}')
}

function Add-List([Text.StringBuilder]$To, $Values, [int]$Depth) {
    [void]$To.Append('[')
    $first = $true
    foreach ($one in $Values) {
        if (-not $first) { [void]$To.Append(',') }
        $first = $false
        Add-Json $To $one ($Depth + 1)
    }
    [void]$To.Append(']')
}

# Scalars as they are, enums as their words, dates as ISO in UTC; of a foreign class inside an object only its text.
function Add-Json([Text.StringBuilder]$To, $Value, [int]$Depth) {
    if ($To.Length -gt $LongestAnswer) { throw [IO.InvalidDataException]::new("the answer is longer than $LongestAnswer characters") }
    if ($null -eq $Value) { [void]$To.Append('null'); return }
    $base = $Value.PSObject.BaseObject
    $invariant = [Globalization.CultureInfo]::InvariantCulture
    $foreign = $Value.PSObject.TypeNames[0] -like 'Deserialized.*'
    $list = $base -is [Collections.IEnumerable] -and $base -isnot [string] -and $base -isnot [Collections.IDictionary]
    if ($base -is [string] -or $base -is [enum]) { Add-Text $To $base.ToString(); return }
    if ($base -is [bool]) { [void]$To.Append($base.ToString().ToLowerInvariant()); return }
    if ($base -is [datetime]) { Add-Text $To $base.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fffZ', $invariant); return }
    if ($base -is [DateTimeOffset]) { Add-Text $To $base.UtcDateTime.ToString('yyyy-MM-ddTHH:mm:ss.fffZ', $invariant); return }
    # An enum that came through remoting is a number with a text.
    if ($foreign -and -not $list -and ($Depth -gt 0)) { Add-Text $To ([string]$Value); return }
    if (@('SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64', 'Decimal') -contains $base.GetType().Name) {
        [void]$To.Append($base.ToString($invariant)); return
    }
    if ($base -is [double] -or $base -is [single]) {
        if ([double]::IsNaN($base) -or [double]::IsInfinity($base)) { Add-Text $To $base.ToString($invariant); return }
        [void]$To.Append($base.ToString('R', $invariant)); return
    }
    if ($Depth -ge $DeepestObject) { Add-Text $To ([string]$Value); return }
    if ($base -is [Collections.IDictionary]) { Add-Properties $To ([pscustomobject]$base) $Depth; return }
    if ($list) { Add-List $To $base $Depth; return }
    if ($base -is [Management.Automation.PSCustomObject]) { Add-Properties $To $Value $Depth; return }
    Add-Text $To ([string]$Value)
}

# An object that a cmdlet returned: its properties, whatever its class; a bare value gets a name.
function Add-Object([Text.StringBuilder]$To, $Value) {
    if ($null -eq $Value -or $Value -is [string] -or $Value.PSObject.BaseObject -is [ValueType]) { $Value = [pscustomobject]@{ Value = $Value } }
    Add-Properties $To $Value 0
}
