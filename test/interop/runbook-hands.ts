/** A person who runs a runbook's files as they are: FreeTDS for `.sql`, PowerShell's engine for `.ps1`; nothing of the product. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { WireStage } from '../wire/wire-stage.ts';
import { DOTNET_ENV, dotnetProgram } from './dotnet-program.ts';
import { TsqlLogin } from './tsql-client.ts';

/**
 * The engine comes without the modules Management and Utility: these are the commands of theirs that runbooks use, on the folders that
 * the estate keeps under Windows names.
 */
const COMMANDS = String.raw`
function Get-Place([string]$Path) {
    foreach ($line in $env:RUNBOOK_FOLDERS.Split([char]10)) {
        $windows, $here = $line.Split([char]9)
        if ($Path -eq $windows) { return $here }
        if ($Path.StartsWith("$windows\", 'OrdinalIgnoreCase')) { return $here + '/' + $Path.Substring($windows.Length + 1).Replace('\', '/') }
    }
    throw "no such folder: $Path"
}
function Get-Entry([string]$Place, [string]$FullName) {
    $file = [IO.FileInfo]::new($Place)
    if (-not $file.Exists) { throw "no such file: $FullName" }
    [pscustomobject]@{ Name = $file.Name; Length = $file.Length; FullName = $FullName }
}
function Get-Item { [CmdletBinding()] param([Parameter(Mandatory)] [string]$LiteralPath) Get-Entry (Get-Place $LiteralPath) $LiteralPath }
function Get-ChildItem {
    [CmdletBinding()] param([Parameter(Mandatory)] [string]$LiteralPath, [Parameter(Mandatory)] [string]$Filter)
    foreach ($file in [IO.Directory]::GetFiles((Get-Place $LiteralPath), $Filter)) { Get-Entry $file ($LiteralPath + '\' + [IO.Path]::GetFileName($file)) }
}
function Copy-Item { [CmdletBinding()] param([Parameter(Mandatory)] [string]$LiteralPath, [Parameter(Mandatory)] [string]$Destination) [IO.File]::Copy((Get-Place $LiteralPath), (Get-Place $Destination), $true) }
function Move-Item {
    [CmdletBinding()] param([Parameter(Mandatory)] [string]$LiteralPath, [Parameter(Mandatory)] [string]$Destination)
    $from = Get-Place $LiteralPath
    [IO.File]::Move($from, (Get-Place $Destination) + '/' + [IO.Path]::GetFileName($from))
}
function Remove-Item { [CmdletBinding()] param([Parameter(Mandatory)] [string]$LiteralPath) [IO.File]::Delete((Get-Place $LiteralPath)) }
function New-Item { [CmdletBinding()] param([ValidateSet('Directory')] [string]$ItemType, [Parameter(Mandatory)] [string]$Path, [switch]$Force) [IO.Directory]::CreateDirectory((Get-Place $Path)) }
function Start-Sleep { [CmdletBinding()] param([Parameter(Mandatory)] [int]$Seconds) [Threading.Thread]::Sleep($Seconds * 1000) }
Export-ModuleMember -Function 'Get-Item', 'Get-ChildItem', '*-Item', 'Start-Sleep'
`;

async function ended(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

export interface HandledFile {
  readonly name: string;
  /** Errors of the server above severity 10, or what PowerShell wrote when it failed. */
  readonly trouble: readonly string[];
  readonly said: string;
}

export class RunbookHands {
  readonly #stage: WireStage;
  readonly #modules: string;

  constructor(stage: WireStage) {
    this.#stage = stage;
    this.#modules = path.join(stage.playground.directory, 'hands', 'modules');
    const folder = path.join(this.#modules, 'FileCommands');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'FileCommands.psm1'), COMMANDS);
  }

  /** All files of the folder in the order of their names; stops at the first that fails. */
  async runAll(directory: string): Promise<readonly HandledFile[]> {
    const handled: HandledFile[] = [];
    for (const name of readdirSync(directory)
      .filter((one) => /^\d.*\.(sql|ps1)$/.test(one))
      .sort()) {
      const file = path.join(directory, name);
      const one = name.endsWith('.sql') ? await this.#sql(name, file) : await this.#powershell(name, file);
      handled.push(one);
      if (one.trouble.length > 0) return handled;
    }
    return handled;
  }

  async #sql(name: string, file: string): Promise<HandledFile> {
    const instance = /Run it on (\S+) as/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    const child = new TsqlLogin(this.#stage.playground.directory, instance.split('.')[0] ?? '').start();
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdin?.end(readFileSync(file));
    await once(child, 'close');
    const trouble = [...said.matchAll(/^Msg \d+ \(severity (\d+).*:\n\t".*"$/gm)]
      .filter(([, severity]) => Number(severity) > 10)
      .map(([text]) => text);
    return { name, trouble, said };
  }

  async #powershell(name: string, file: string): Promise<HandledFile> {
    const engine = await dotnetProgram('EngineHost');
    const folders = [...this.#stage.estate.folders].map(([windows, here]) => `${windows}\t${here}`);
    const { code, said } = await ended('dotnet', [engine, '-NoProfile', '-File', file], {
      ...DOTNET_ENV,
      PSModulePath: [path.join(path.dirname(engine), 'modules'), this.#modules].join(path.delimiter),
      ESTATE_PORT: String(this.#stage.estate.controlPort),
      RUNBOOK_FOLDERS: folders.join('\n'),
    });
    return { name, trouble: code === 0 ? [] : [said], said };
  }
}
