/** Downloads of plain files over HTTP(S) and FTP. */
import { TRANSFERS as CONTRACT } from '@shoal/api'
import { VERSION } from '../../base/version.ts'
import { capability } from '../kernel/capability.ts'
import type { TransferContext } from './file-transfer.ts'
import { FtpHandler } from './ftp/ftp-handler.ts'
import { HttpHandler } from './http/http-handler.ts'
import { TRANSFERS as SERVICE } from './service.ts'
import { Throttle } from './throttle.ts'

export const TRANSFERS = capability({
  contract: CONTRACT,
  provides: { transfers: SERVICE },
  start({ clock, log, limits, route }) {
    const throttle = new Throttle(clock)
    const context: TransferContext = { clock, log, throttle, active: new Set() }
    const protocols = [
      new HttpHandler({ context, userAgent: `Shoal/${VERSION}`, route }),
      new FtpHandler({ context, route }),
    ]
    // A shared limit for all plain files, in addition to the engine's own.
    const unfollow = limits.follow(({ downloadBytesPerSecond }) => throttle.setRate(downloadBytesPerSecond))
    return {
      provides: { transfers: { protocols } },
      close() {
        unfollow()
      },
    }
  },
})
