import { contract } from '../contract.ts'

// Capabilities that add nothing to the API: their work shows in jobs, torrents and in APIs of other programs.

/** Downloads of plain files over HTTP(S) and FTP. */
export const TRANSFERS = contract({ name: 'transfers' })
/** Sealed shares: encryption before sharing, decryption after download. */
export const SEALED = contract({ name: 'sealed' })
/** The RPC interface of Transmission. */
export const TRANSMISSION = contract({ name: 'transmission' })
/** The Web API of qBittorrent. */
export const QBITTORRENT = contract({ name: 'qbittorrent' })
