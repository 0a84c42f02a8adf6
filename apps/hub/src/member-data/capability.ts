import { Readable } from 'node:stream'
import { Failure } from '@shoal/daemon/failure'
import { markAuthenticated } from '@shoal/daemon/http'
import { MEMBER_DATA } from '@shoal/hub-api'
import type { Caller } from '../kernel/callers.ts'
import { capability } from '../kernel/capability.ts'
import { Rates } from '../kernel/rates.ts'
import { LOGINS } from '../login/service.ts'

const FRESH_MS = 10 * 60_000

/** Exports or deletes everything that the hub stores about a member. */
export const memberData = capability({
  contract: MEMBER_DATA,
  needs: { logins: LOGINS },
  start(kernel, { logins }) {
    const { people, callers, now } = kernel
    const exporting = new Rates(kernel, 'export', { burst: 3, everyMs: 60_000 })
    /**
     * Rejects with `stale-login` unless the session was started recently: an account cannot be
     * deleted from a page that was left open.
     */
    const checkFresh = async ({ did, sessionId }: Caller) => {
      const session = (await people.sessions.list(did)).find(({ id }) => id === sessionId)
      if (session && now() - session.createdMs <= FRESH_MS) return
      throw new Failure('stale-login', 'log in again: this needs a login within the last ten minutes', {
        field: 'authorization',
      })
    }
    return {
      operations: {
        async deleteMyData({ did }, { caller }) {
          if (did !== caller.did) throw new Failure('forbidden', 'this is not your own DID', { field: 'did' })
          await checkFresh(caller)
          const deleted = await people.data.remove(did)
          logins.ended(did)
          return { deleted }
        },
      },
      routes(scope) {
        scope.get('/api/account/export', async ({ headers, raw }, reply) => {
          const caller = await callers.of(headers)
          if (!caller)
            throw new Failure('unauthorized', 'this is for members of the hub: log in', {
              field: 'authorization',
            })
          markAuthenticated(raw)
          exporting.take(caller.did)
          return reply
            .headers({ 'content-disposition': 'attachment; filename="shoal-hub-account.json"' })
            .type('application/json')
            .send(Readable.from(people.data.export(caller.did)))
        })
      },
      close() {},
    }
  },
})
