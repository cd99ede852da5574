/** The way to the Skype for Business Management Shell: a child process that speaks one JSON object per line. */
export type ShellValue =
  string | number | boolean | null | readonly string[] | { readonly replace: readonly string[] };

export interface CmdletRequest {
  /** For example `Set-CsPersistentChatState`. */
  readonly cmdlet: string;
  /** Parameter name without dash -> value. `true` for a switch; `{ replace: [...] }` for a PSListModifier. */
  readonly parameters: Readonly<Record<string, ShellValue>>;
  /** Run it on this computer (for -LocalStore); undefined: on the shell's own host. */
  readonly computer?: string;
}

/** Objects as the cmdlet returned them, every enum and date already text. */
export interface CmdletAnswer {
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly warnings: readonly string[];
}

export interface InvokeOptions {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  /** Called when the request is about to be handed over; what it throws keeps it from being sent. */
  readonly leave?: () => void;
}

export interface ManagementShell {
  /**
   * Rejects with PoolError: PCO_SHELL_UNAVAILABLE when it was not sent, PCO_OUTCOME_UNKNOWN when it was sent and the answer was
   * lost or late, PCO_CMDLET_FAILED / PCO_CMS_READ_ONLY / PCO_COMPUTER_UNREACHABLE when the cmdlet reported an error.
   */
  invoke(request: CmdletRequest, options: InvokeOptions): Promise<CmdletAnswer>;
}
