import type { NodeStats } from '@shoal/api'

/** The folder, or the nearest one above it that the statistics know. */
export function diskOf(disk: NodeStats['disk'], directory: string): NodeStats['disk'][number] | undefined {
  const inside = disk.filter(each => `${directory}/`.startsWith(`${each.directory.replace(/\/+$/, '')}/`))
  return inside.sort((a, b) => b.directory.length - a.directory.length)[0]
}
