/** LIKE: `%`, `_`, `[a-f]`, `[^x]`, ESCAPE; no case. Two positions and no backtracking tree: no pattern can make it slow. */

interface Step {
  /** Any run of characters. */
  readonly any: boolean;
  matches(character: string): boolean;
}

const ANY: Step = { any: true, matches: () => true };
const ONE: Step = { any: false, matches: () => true };
const CACHE_LIMIT = 256;
const cache = new Map<string, (text: string) => boolean>();

export function likeMatcher(pattern: string, escape: string): (text: string) => boolean {
  const key = `${escape}\u0000${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const steps = parsePattern(pattern.toLowerCase(), escape.toLowerCase());
  const matcher = (text: string) => matchSteps(steps, text.toLowerCase());
  if (cache.size >= CACHE_LIMIT) cache.clear();
  if (pattern.length < 1000) cache.set(key, matcher);
  return matcher;
}

function literal(wanted: string): Step {
  return { any: false, matches: (character) => character === wanted };
}

function parsePattern(pattern: string, escape: string): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (escape !== '' && character === escape && at + 1 < pattern.length) {
      at += 1;
      steps.push(literal(pattern.charAt(at)));
    } else if (character === '%') {
      if (steps.at(-1) !== ANY) steps.push(ANY);
    } else if (character === '_') steps.push(ONE);
    else if (close !== -1) {
      steps.push(characterSet(pattern.slice(at + 1, close)));
      at = close;
    } else steps.push(literal(character));
  }
  return steps;
}

function characterSet(content: string): Step {
  const negated = content.startsWith('^');
  const members = negated ? content.slice(1) : content;
  const inside = (character: string): boolean => {
    for (let i = 0; i < members.length; i += 1) {
      const low = members.charAt(i);
      const high = members.charAt(i + 1) === '-' ? members.charAt(i + 2) : '';
      if (high === '' ? character === low : character >= low && character <= high) return true;
      if (high !== '') i += 2;
    }
    return false;
  };
  return { any: false, matches: (character) => inside(character) !== negated };
}

function matchSteps(steps: readonly Step[], text: string): boolean {
  let step = 0;
  let at = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const current = steps[step];
    if (current?.any === true) {
      lastAny = step;
      resumeAt = at;
      step += 1;
    } else if (current?.matches(text.charAt(at)) === true) {
      step += 1;
      at += 1;
    } else if (lastAny !== -1) {
      resumeAt += 1;
      at = resumeAt;
      step = lastAny + 1;
    } else return false;
  }
  return steps.slice(step).every((rest) => rest.any);
}
