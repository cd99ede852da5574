/** Small things that every view of the story shows. */
import { pastHash } from '../model/story-place.ts';

export function MomentLink({ pool, seq }: { readonly pool: string; readonly seq: number }) {
  return (
    <a
      className="moment-link"
      href={pastHash(pool, seq)}
      aria-label={`Open the moment of record ${String(seq)}`}
    >
      record {seq}
    </a>
  );
}

export function Trouble({ problem }: { readonly problem: string | null }) {
  if (problem === null) return null;
  return (
    <p className="refusal" role="alert">
      This could not be read now: {problem}. What is shown, if anything, was read before.
    </p>
  );
}
