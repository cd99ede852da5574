/**
 * Diagnostic reports of Node.js (fatal error, signal, uncaught exception) hold the environment, and with it every secret that the
 * settings refer to by `env`. Holds whatever flags or NODE_OPTIONS asked for the report.
 */
export function keepSecretsOutOfReports(): void {
  process.report.excludeEnv = true;
}
