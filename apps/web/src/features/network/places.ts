/** The chart of the key space: a circle on which every node has a position. */

export interface Point {
  readonly x: number
  readonly y: number
}

const BITS = 2 ** 32

/**
 * Returns the point of a key on a circle around (0, 0), with `ownKey` at the top and larger keys
 * clockwise. Keys are 8 hexadecimal digits.
 */
export function pointOf(key: string, ownKey: string, radius: number): Point {
  const turn = (Number.parseInt(key, 16) - Number.parseInt(ownKey, 16)) / BITS
  const angle = turn * 2 * Math.PI
  return { x: Math.sin(angle) * radius, y: -Math.cos(angle) * radius }
}

/** Returns the path of a line between two positions, curved towards the center of the circle. */
export function linePath(from: Point, to: Point): string {
  const [x, y] = [(from.x + to.x) * 0.2, (from.y + to.y) * 0.2]
  return `M${round(from.x)} ${round(from.y)}Q${round(x)} ${round(y)} ${round(to.x)} ${round(to.y)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
