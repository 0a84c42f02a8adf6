/**
 * A kind of source that can be switched off for a torrent: peers over one transport, web seeds over
 * HTTP or FTP, and files of other torrents of the session (`disk`).
 */
export type SwitchableSource = 'tcp' | 'utp' | 'webrtc' | 'libp2p' | 'webseed' | 'ftp' | 'disk'
