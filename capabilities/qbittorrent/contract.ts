import { contract } from '@shoal/api/contract'

/** The Web API of qBittorrent. */
export const QBITTORRENT = contract({ name: 'qbittorrent' })
