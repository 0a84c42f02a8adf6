import { contract } from '../contract.ts'

// Capabilities without operations, settings or events of their own.

/** Downloads of plain files over HTTP(S) and FTP. */
export const TRANSFERS = contract({ name: 'transfers' })
/** The files of shares for the node's own share page, without a login. */
export const GUESTS = contract({ name: 'guests' })
/** The RPC interface of Transmission. */
export const TRANSMISSION = contract({ name: 'transmission' })
/** The Web API of qBittorrent. */
export const QBITTORRENT = contract({ name: 'qbittorrent' })
