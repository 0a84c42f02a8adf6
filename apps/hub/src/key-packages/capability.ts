import { createHmac } from 'node:crypto'
import { Failure } from '@shoal/daemon/failure'
import { KEY_PACKAGES, type KeyPackageCounts as SentCounts } from '@shoal/hub-api'
import { KEY_PACKAGE_TABLES, type KeyPackageCounts, KeyPackages } from '@shoal/hub-stores'
import { fromBase64url, toBase64url } from '../kernel/base64url.ts'
import type { Caller } from '../kernel/callers.ts'
import { capability } from '../kernel/capability.ts'
import { Rates } from '../kernel/rates.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Starting a large group takes the packages of a thousand people. */
const TAKINGS = { burst: 1000, everyMs: 10_000 }
const UPLOADS = { burst: 30, everyMs: 60_000 }

/**
 * Key packages: the hub hands out each one-time package once, and cannot read the messages that it
 * protects.
 */
export const keyPackages = capability({
  contract: KEY_PACKAGES,
  tables: KEY_PACKAGE_TABLES,
  start(kernel) {
    const { database, secretFor, now, log } = kernel
    const store = new KeyPackages(database, now)
    const taking = new Rates(kernel, 'take-keys', TAKINGS)
    const uploading = new Rates(kernel, 'upload-keys', UPLOADS)
    const secret = secretFor('key packages')
    /**
     * Returns a pseudonym of a taker for this day. Without the hub's key, it cannot be traced to an
     * account even with the database.
     */
    const takerToday = (did: string) => {
      const day = Math.floor(now() / DAY_MS)
      return new Uint8Array(createHmac('sha256', secret).update(`${day} ${did}`).digest())
    }
    const forget = () =>
      store.forgetTakings().catch((error: Error) => {
        log.error('Takings of key packages could not be forgotten', { error: error.message })
      })
    const sweeper = setInterval(() => void forget(), HOUR_MS).unref()
    return {
      operations: {
        async getKeyPackages(_input, { caller }) {
          return toSent(await store.counts(caller.did, deviceOf(caller)))
        },
        async addKeyPackages({ upload, oneTime, lastResort, replace }, { caller }) {
          const device = deviceOf(caller)
          uploading.take(caller.did)
          const counts = await store.add(caller.did, device, {
            number: upload,
            oneTime: oneTime.map(fromBase64url),
            lastResort: lastResort
              ? { ref: fromBase64url(lastResort.ref), bytes: fromBase64url(lastResort.keyPackage) }
              : null,
            isReplacing: replace,
          })
          return toSent(counts)
        },
        async takeKeyPackages({ did, device }, { caller }) {
          taking.take(caller.did)
          const own = caller.device === null ? null : Buffer.from(caller.device).toString('hex')
          const taken = await store.take(did, {
            taker: takerToday(caller.did),
            isWanted(hash) {
              const name = Buffer.from(hash).toString('hex')
              return name !== own && (device === undefined || name === device)
            },
          })
          return {
            items: taken.map(({ device, bytes, isLastResort }) => ({
              device: Buffer.from(device).toString('hex'),
              keyPackage: bytes && toBase64url(bytes),
              isLastResort,
            })),
          }
        },
      },
      close() {
        clearInterval(sweeper)
      },
    }
  },
})

/** Throws `forbidden` for a session without a device, such as one started with a passkey. */
function deviceOf({ device }: Caller): Uint8Array {
  if (device) return device
  throw new Failure('forbidden', 'key packages are those of a device: log in with its key', {
    field: 'authorization',
  })
}

function toSent({ upload, oneTime, lastResort }: KeyPackageCounts): SentCounts {
  return { upload, oneTime, lastResort: lastResort && toBase64url(lastResort) }
}
