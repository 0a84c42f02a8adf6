import type { NodeStats } from '@shoal/api'

/** Returns the statistics of the folder, or of its nearest ancestor that has any. */
export function findDisk(disk: NodeStats['disk'], directory: string): NodeStats['disk'][number] | undefined {
  const inside = disk.filter(each => `${directory}/`.startsWith(`${each.directory.replace(/\/+$/, '')}/`))
  return inside.sort((a, b) => b.directory.length - a.directory.length)[0]
}
