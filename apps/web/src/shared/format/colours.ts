import type { Label } from '@shoal/api'

/** A palette of matching colours that are easy to distinguish, by name. */
export const COLOURS = [
  ['orange', '#ea580c'],
  ['red', '#b91c1c'],
  ['pink', '#db2777'],
  ['violet', '#7c3aed'],
  ['blue', '#2563eb'],
  ['teal', '#0e7490'],
  ['green', '#15803d'],
  ['ochre', '#a16207'],
  ['grey', '#64748b'],
] as const

export const PALETTE: readonly string[] = COLOURS.map(([, colour]) => colour)

/**
 * Returns the colour of each label: its own, or the one derived from its name unless another label
 * uses it, or one of the least used. Adding or removing a label keeps most other colours.
 */
export function assignColours(labels: readonly Pick<Label, 'name' | 'colour'>[]): Map<string, string> {
  const colours = new Map<string, string>()
  for (const { name, colour } of labels) if (colour !== null) colours.set(name, colour.toLowerCase())
  const taken = new Set(colours.values())
  const rest = labels.filter(({ name, colour }) => {
    const usual = PALETTE[preferredColour(name)]!
    if (colour !== null || taken.has(usual)) return colour === null
    taken.add(usual)
    colours.set(name, usual)
    return false
  })
  for (const { name } of rest) colours.set(name, leastUsed(name, colours.values()))
  return colours
}

/** Returns the least used colour of the palette; the name breaks ties. */
export function leastUsed(name: string, used: Iterable<string>): string {
  const uses = new Map(PALETTE.map(colour => [colour, 0]))
  for (const colour of used) if (uses.has(colour)) uses.set(colour, uses.get(colour)! + 1)
  const fewest = Math.min(...uses.values())
  const start = preferredColour(name)
  const ordered = [...PALETTE.slice(start), ...PALETTE.slice(0, start)]
  return ordered.find(colour => uses.get(colour) === fewest)!
}

/** Returns the position in the palette where the search for a colour starts. */
function preferredColour(name: string): number {
  let hash = 0
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)!) % 1_000_003
  return hash % PALETTE.length
}
