import { QBITTORRENT as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { qbittorrentApi } from './plugin.ts'

/** The Web API of qBittorrent. */
export const QBITTORRENT = capability({
  contract: CONTRACT,
  start: () => ({ routes: qbittorrentApi, close() {} }),
})
