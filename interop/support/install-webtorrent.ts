import { installPackages } from './install-packages.ts'

/**
 * Installs WebTorrent, with npm's bittorrent-tracker and bittorrent-dht, unless they are already
 * installed. Returns the folder. Rejects if that fails. Versions of node-datachannel before the
 * override would download a binary; no install script is needed.
 */
export function installWebTorrent(): Promise<string> {
  return installPackages('webtorrent', {
    dependencies: { webtorrent: '3.0.21' },
    overrides: { 'node-datachannel': '0.33.4' },
  })
}
