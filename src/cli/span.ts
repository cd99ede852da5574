/** Minutes, in the unit that a person reads at once. */
export function span(minutes: number): string {
  if (minutes < 2) return `${(minutes * 60).toFixed(0)} s`;
  return minutes < 120 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}
