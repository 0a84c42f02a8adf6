/** Sealed shares of others: the torrent is downloaded and shared as it is, and opened into the download folder when it is complete. */
import { SEALED as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { TORRENTS } from '../torrents/service.ts'
import { SEALED as SERVICE } from './service.ts'
import { Unsealer } from './unseal.ts'
import { Vault } from './vault.ts'

export const SEALED = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS },
  provides: { sealed: SERVICE },
  start({ jobs, dataDir }, { torrents }) {
    const unsealer = new Unsealer(jobs, torrents, new Vault(dataDir))
    return {
      provides: { sealed: unsealer },
      jobs: { unseal: { resume: record => unsealer.resume(record) } },
      close() {},
    }
  },
})
