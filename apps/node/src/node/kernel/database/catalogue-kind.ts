import type { DatabaseKind } from '@shoal/daemon/database'
import { SHOAL } from '../../../base/program.ts'

/** The node's database. */
export const CATALOGUE: DatabaseKind = {
  // `Shol`
  applicationId: 0x53686f6c,
  traces: ['token', 'node.json'],
  inUse: 'another node is using it: stop that node, or give this one its own data folder (--data-dir)',
  withoutBackup: `${SHOAL} restore-catalogue --empty begins with an empty one: add the torrents again; existing files are checked, not downloaded again`,
  earlier: [
    [
      ['kernel', 1],
      ['server', 1],
      ['torrents', 1],
      ['search', 1],
      ['feeds', 1],
    ],
    [['feeds', 2]],
  ],
}
