/** The heap without garbage, and whether it grows. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export function heapBytes(): number {
  // What the first leaves to finalizers the second takes.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Least squares: units of y per unit of x. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((all, point) => all + of(point), 0) / points.length;
  const x = mean((point) => point[0]);
  const y = mean((point) => point[1]);
  const products = points.reduce((all, point) => all + (point[0] - x) * (point[1] - y), 0);
  return products / points.reduce((all, point) => all + (point[0] - x) ** 2, 0);
}
