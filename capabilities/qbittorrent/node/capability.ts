import { capability } from '@shoal/node/node/kernel/capability.ts'
import { QBITTORRENT as CONTRACT } from '../contract.ts'
import { KeptStore } from './kept-store.ts'
import { qbittorrentApi } from './plugin.ts'
import { QBITTORRENT_TABLES } from './tables.ts'

/** The Web API of qBittorrent. */
export const QBITTORRENT = capability({
  contract: CONTRACT,
  migrations: QBITTORRENT_TABLES,
  start: ({ database }) => ({ routes: qbittorrentApi(new KeptStore(database)), close() {} }),
})
