/** What one step of a job run came to. */
export type StepOutcome =
  | { readonly kind: 'going-on' }
  | { readonly kind: 'ended'; readonly result: 'succeeded' | 'failed'; readonly message: string };

export const succeeded = (message: string): StepOutcome => ({ kind: 'ended', result: 'succeeded', message });
export const failed = (message: string): StepOutcome => ({ kind: 'ended', result: 'failed', message });
